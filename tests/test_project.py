"""A landscape opened for work: names found, paths kept inside, versions held to their range."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import SourceError, SpecError, UnknownNameError, UsageError, WorkbenchError
from workbench.matching import Decision, Decisions
from workbench.model import load_spec
from workbench.project import Project, open_project
from workbench.sample import true_crosswalk


@pytest.fixture(scope="module")
def retail(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(root / "data" / "retail", tmp_path_factory.mktemp("p") / "retail"))


@pytest.fixture(scope="module")
def project(retail: Path) -> Project:
    return open_project(retail / "landscape.yaml")


def test_a_landscape_is_found_upwards_from_any_file(retail: Path):
    assert open_project(retail / "specs" / "crm-customers.yaml").root == retail


def test_a_missing_path_is_told(tmp_path: Path):
    with pytest.raises(SourceError, match="no such file or folder"):
        open_project(tmp_path / "nowhere" / "landscape.yaml")


def test_an_unknown_dataset_comes_with_the_nearest(project: Project):
    with pytest.raises(UnknownNameError, match=r"did you mean 'crm.customers'"):
        project.scan("crm.customer")


def test_an_unknown_entity_comes_with_the_nearest(project: Project):
    with pytest.raises(UnknownNameError, match="did you mean 'Customer'"):
        project.entity("Custommer")


@pytest.mark.parametrize("table", ["../secret.csv", "/etc/passwd"])
def test_a_spec_cannot_read_outside_its_project(project: Project, retail: Path, tmp_path: Path, table: str):
    (retail.parent / "secret.csv").write_text("country,x\nDE,1\n")
    text = (retail / "specs" / "crm-customers.yaml").read_text()
    step = f"- {{id: r9, lookup: {{table: {table}, match: {{country: country}}, take: {{extra: x}}}}}}\nfields:"
    changed = tmp_path / "spec.yaml"
    changed.write_text(text.replace("\nfields:", "\n" + step, 1))
    with pytest.raises(WorkbenchError, match="out of"):
        project.resolve(load_spec(changed))


def test_a_target_outside_the_range_of_versions_is_refused(project: Project, retail: Path, tmp_path: Path):
    changed = tmp_path / "spec.yaml"
    changed.write_text((retail / "specs" / "erp-products.yaml").read_text().replace("^1.0", "^9.0"))
    with pytest.raises(SpecError, match=r"asks for version \^9.0"):
        project.target(load_spec(changed))


def test_an_entity_that_no_flow_brings_is_told(project: Project):
    with pytest.raises(UsageError, match="no flow of this landscape brings 'Invoice'"):
        project.canonical("Invoice")


def test_canonical_records_of_all_systems_have_one_form(project: Project):
    frames = project.canonical("Customer")
    assert set(frames) == {"crm", "erp", "shop"}
    assert len({tuple(f.schema.items()) for f in frames.values()}) == 1


@pytest.mark.parametrize("flow", ["erp-products", "shop-customers", "erp-orders"])
def test_a_draft_finds_what_the_reviewed_spec_says(project: Project, retail: Path, flow: str):
    reviewed = load_spec(retail / "specs" / f"{flow}.yaml")
    alone = Decisions()  # the reviewed specs must not decide
    draft = project.propose(reviewed.source.dataset, str(reviewed.target.entity), decisions=alone).spec
    same = [n for n, f in draft.fields.items() if n in reviewed.fields and f.from_ == reviewed.fields[n].from_]
    assert len(same) >= 0.7 * len([f for f in reviewed.fields.values() if f.from_])


def test_a_draft_reads_codes_by_their_labels(project: Project):
    steps = project.propose("erp.orders", "Order", decisions=Decisions()).spec.fields["status"].steps
    assert steps[-1].args["values"]["A"] == "open"


def test_what_a_spec_says_settles_its_own_source(project: Project):
    found = project.propose("erp.customers", "Customer").matches
    assert found.of("full_name").sources == ("NAME2", "NAME1")
    assert found.of("full_name").decision.verdict == "accepted"
    assert found.of("status").source == "LOEVM"


def test_a_column_that_a_spec_leaves_out_is_not_proposed(project: Project):
    used = {s for m in project.propose("crm.customers", "Customer").matches.best for s in m.sources}
    assert not used & {"fax", "remark"}


def test_decisions_written_by_hand_beat_those_of_specs(retail: Path, tmp_path: Path):
    folder = Path(shutil.copytree(retail, tmp_path / "decided"))
    Decisions([Decision("crm.customers.email", "Customer.email", "rejected")]).save(folder / "decisions.yaml")
    assert open_project(folder).propose("crm.customers", "Customer").matches.of("email") is None


def test_a_deletion_mark_decides_a_status(project: Project):
    status = project.propose("erp.customers", "Customer", decisions=Decisions()).spec.fields["status"]
    assert (status.case[0].when.field, status.case[0].then, status.else_) == ("LOEVM", "active", "closed")


def test_an_amount_of_a_line_is_computed_and_the_total_of_the_order_is_not_taken_for_it(project: Project):
    made = project.propose("shop.orders", "OrderLine", decisions=Decisions())
    assert made.matches.of("line_total").source == "items[].qty × items[].unitPrice"
    assert made.spec.fields["line_total"].from_ == ("item.qty",)


def test_a_reference_to_a_key_takes_the_form_of_that_key(project: Project):
    fields = project.propose("erp.order_lines", "OrderLine", decisions=Decisions()).spec.fields
    assert [s.name for s in fields["product_id"].steps] == ["strip_prefix"]


@pytest.fixture(scope="module")
def links(root: Path) -> pl.DataFrame:
    """The crosswalk of the customers as the sample's truth has it."""
    return true_crosswalk(root / "data" / "retail")


def test_linked_records_mend_a_draft(project: Project, links: pl.DataFrame):
    found = project.propose("erp.customers", "Customer", decisions=Decisions(), crosswalk=links)
    city = found.spec.fields["city"]
    assert [s.name for s in city.steps] == ["title"]
    assert project.resolve(found.spec).plan.fields
    agree, pairs = found.learned["city"].learned.agree, found.learned["city"].learned.pairs
    assert found.spec.evidence[city.id]["learned_from"] == {"pairs": str(pairs), "agree": str(agree)}
    email = found.spec.evidence[found.spec.fields["email"].id]
    assert int(email["linked"]["agree"]) <= int(email["linked"]["pairs"])


def test_linked_records_do_not_disturb_what_they_confirm(project: Project, links: pl.DataFrame):
    alone = project.propose("erp.customers", "Customer", decisions=Decisions()).spec
    held = project.propose("erp.customers", "Customer", decisions=Decisions(), crosswalk=links)
    kept = [n for n in alone.fields if n not in held.learned]
    assert "born_on" in kept
    assert {n: held.spec.fields[n] for n in kept} == {n: alone.fields[n] for n in kept}


def test_only_the_other_systems_that_are_linked_are_mapped(project: Project, links: pl.DataFrame):
    told: list[str] = []
    held = links.filter(pl.col("system").is_in(["erp", "shop"]))
    project.propose("erp.customers", "Customer", decisions=Decisions(), crosswalk=held, progress=told.append)
    assert [t for t in told if t.startswith("mapping")] == ["mapping shop.customers"]


def test_records_that_are_there_already_are_not_mapped_again(project: Project, links: pl.DataFrame):
    told: list[str] = []
    linked = project.linked("erp.customers", "Customer", links)
    assert set(linked) == {"crm", "shop"}
    project.propose("erp.customers", "Customer", crosswalk=links, linked=linked, progress=told.append)
    assert not [t for t in told if t.startswith("mapping")]


def test_an_entity_is_found_on_facts_that_are_there_already(project: Project, monkeypatch: pytest.MonkeyPatch):
    facts = project.profile("erp.products")
    monkeypatch.setattr(Project, "profile", lambda *_: pytest.fail("profiled again"))
    assert project.entities_of("erp.products", facts={"erp.products": facts}).best["erp.products"].target == "Product"


def test_numbers_tell_which_entity_a_source_is_too(project: Project):
    found = project.entities_of("shop.orders")
    line = next(m.matches for m in found.all if m.target == "OrderLine")
    assert "over all items" in " ".join(line.of("line_total").evidence)  # type: ignore[union-attr]
    assert "total" in line.left_over


def test_a_crosswalk_of_other_systems_is_told(project: Project, links: pl.DataFrame):
    with pytest.raises(UsageError, match="links no record of 'erp'"):
        project.propose("erp.customers", "Customer", crosswalk=links.filter(pl.col("system") != "erp"))


@pytest.mark.parametrize("address", ["sqlite:///{}", "duckdb:///{}", "file://{}", "{}"])
def test_an_address_of_a_file_stays_in_the_project(
    retail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
):
    outside = tmp_path / "secret.db"
    outside.touch()
    text = (retail / "landscape.yaml").read_text()
    (tmp_path / "project").mkdir()
    shutil.copytree(retail, tmp_path / "project", dirs_exist_ok=True)
    changed = tmp_path / "project" / "landscape.yaml"
    changed.write_text(text.replace("location: erp/erp.sqlite\n  format: sqlite\n", "location: ${ELSEWHERE}\n"))
    monkeypatch.setenv("ELSEWHERE", address.format(outside))
    with pytest.raises(WorkbenchError, match="leads out of the"):
        open_project(changed).scan("erp.customers")


def test_what_the_contract_calls_personal_is_masked_in_the_profile(project: Project):
    facts = project.profile("erp.customers")
    assert facts.column("NAME1").personal
    assert facts.column("NAME1").top[0].value not in facts._repr_mimebundle_()["text/html"]
    assert not facts.column("LAND1").personal
