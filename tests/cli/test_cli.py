"""The verbs: what they write, what they print, and their exit codes (0 fine, 1 falls short, 2 usage)."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from workbench.model import load_spec

from .conftest import Cli


def test_help_names_every_verb(cli: Cli):
    shown = cli("--help").stdout
    verbs = ["sample", "profile", "contract", "match", "apply", "verify", "run", "steps", "schema", "approve"]
    assert [v for v in verbs if v not in shown] == []


def test_an_unknown_verb_is_a_usage_error(cli: Cli):
    done = cli("mtach")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_profile_shows_types_meanings_and_problems(cli: Cli, retail: Path):
    done = cli("profile", f"{retail}/landscape.yaml:crm.customers")
    assert done.returncode == 0, done.stderr
    assert "person_name (Last, First)" in done.stdout


def test_profile_json_masks_personal_values(cli: Cli, retail: Path):
    done = cli("profile", f"{retail}/landscape.yaml:crm.customers", "--json")
    facts = json.loads(done.stdout)
    first = pl.read_csv(retail / "crm" / "customers.csv", separator=";", infer_schema=False)["email"].drop_nulls()[0]
    assert first not in done.stdout
    assert facts["name"] == "crm.customers"


def test_profile_writes_a_page(cli: Cli, retail: Path, tmp_path: Path):
    done = cli("profile", f"{retail}/landscape.yaml:erp.orders", "-o", "orders.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "orders.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_missing_file_is_told_without_a_traceback(cli: Cli):
    done = cli("profile", "nowhere.csv")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nowhere.csv" in done.stderr


def test_a_misspelt_dataset_comes_with_the_nearest(cli: Cli, retail: Path):
    done = cli("profile", f"{retail}/landscape.yaml:crm.custmers")
    assert done.returncode == 2
    assert "did you mean 'crm.customers'" in done.stderr


def test_match_says_which_entity_each_dataset_is(cli: Cli, retail: Path):
    done = cli("match", f"{retail}/landscape.yaml", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["entities"]
    assert found["erp.products"] == "Product"
    assert found["warehouse.dim_customer"] == "Customer"
    assert found["erp.order_lines"] == "OrderLine"


def test_match_finds_the_entity_of_one_dataset(cli: Cli, retail: Path):
    done = cli("match", f"{retail}/landscape.yaml:erp.products")
    assert done.returncode == 0, done.stderr
    assert "erp.products is Product" in done.stdout
    assert "weight_kg" in done.stdout


def test_a_table_that_is_none_of_the_entities_is_told(cli: Cli, retail: Path):
    done = cli("match", "refs/countries.csv", cwd=retail)
    assert done.returncode == 2
    assert "no entity fits refs/countries.csv" in done.stderr


def test_match_writes_a_draft_that_reads_back(cli: Cli, retail: Path, tmp_path: Path):
    done = cli("match", f"{retail}/landscape.yaml:shop.customers", "Customer", "-o", "draft.yaml")
    assert done.returncode == 0, done.stderr
    assert load_spec(tmp_path / "draft.yaml").fields["email"].from_ == ("email",)


def test_apply_writes_passed_and_rejected_rows_and_balances(cli: Cli, retail: Path):
    spec = retail / "specs" / "crm-customers.yaml"
    done = cli("apply", spec, "crm.customers", "out.parquet", "--json", cwd=retail)
    counts = json.loads(done.stdout)
    assert done.returncode == (1 if counts["rejected"] else 0), done.stderr
    assert pl.read_parquet(retail / "out.parquet").height == counts["rows_out"]
    went = counts["rows_out"] + counts["rejected"] + sum(counts["booked"].values())
    assert counts["rows_in"] + counts["added"] == went


def test_apply_with_rejects_exits_1_and_keeps_dead_letters(cli: Cli, retail: Path):
    spec = retail / "specs" / "shop-customers.yaml"
    rows = retail / "broken.ndjson"
    lines = (retail / "shop" / "customers.ndjson").read_text().splitlines()[:20]
    record = json.loads(lines[0]) | {"name": "Mononym"}
    rows.write_text("\n".join([json.dumps(record), *lines[1:]]) + "\n")
    done = cli("apply", spec, rows, "out.parquet", "--rejects", "dead", cwd=retail)
    assert done.returncode == 1
    letters = pl.read_parquet(retail / "dead" / "**" / "*.parquet")
    assert letters["name"].to_list() == ["Mononym"]
    assert letters["_reason"][0] == "is not a name in the form 'First Last'"


def test_a_faulty_spec_tells_all_faults_with_lines(cli: Cli, retail: Path):
    spec = retail / "specs" / "crm-customers.yaml"
    spec.write_text(spec.read_text().replace("from: email,", "from: emial,").replace("alpha2", "alfa2"))
    done = cli("apply", spec, "crm.customers", "out.parquet", cwd=retail)
    assert done.returncode == 1
    assert "3 faults" in done.stderr
    assert "crm-customers.yaml:" in done.stderr
    assert not (retail / "out.parquet").exists()


def test_verify_passes_the_reviewed_spec(cli: Cli, retail: Path):
    done = cli("verify", retail / "specs" / "erp-products.yaml", "--json", cwd=retail)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["passed"] is True


def test_verify_falls_short_when_a_promise_is_broken(cli: Cli, retail: Path):
    spec = retail / "specs" / "erp-products.yaml"
    spec.write_text(spec.read_text().replace("unique: [product_id]", "unique: [category]"))
    done = cli("verify", spec, cwd=retail)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_approval_is_bound_to_what_the_spec_does(cli: Cli, retail: Path):
    from workbench.governance import is_approved

    spec = retail / "specs" / "erp-products.yaml"
    assert cli("approve", spec, "--by", "erp-team", cwd=retail).returncode == 1
    assert cli("approve", spec, "--by", "integration-board", cwd=retail).returncode == 0
    assert is_approved(load_spec(spec))
    spec.write_text(spec.read_text().replace("digits: '3'", "digits: '2'").replace("digits: 3", "digits: 2"))
    assert not is_approved(load_spec(spec))


def test_a_sample_is_made_and_can_be_read(cli: Cli, tmp_path: Path):
    done = cli("sample", "retail", "mine", "--rows", 50, "--seed", 7)
    assert done.returncode == 0, done.stderr
    assert cli("profile", "mine/landscape.yaml:crm.customers").returncode == 0


def test_contract_diff_grades_the_change(cli: Cli, retail: Path):
    old = retail / "contracts" / "entities" / "Product.odcs.yaml"
    new = retail / "new.odcs.yaml"
    new.write_text(old.read_text().replace("name: ean", "name: ean13"))
    done = cli("contract", "diff", old, new, "--json")
    assert json.loads(done.stdout)["grade"] == "major"


def test_the_step_reference_is_current(cli: Cli, root: Path):
    assert cli("steps", "--markdown").stdout == (root / "docs" / "steps.md").read_text(), (
        "write it anew: workbench steps --markdown > docs/steps.md"
    )


@pytest.mark.parametrize("args", [("sample", "bank", "x"), ("steps", "trimm"), ("run", "landscape.yaml"), ("apply",)])
def test_usage_errors_exit_2(cli: Cli, args: tuple[str, ...]):
    done = cli(*args)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_sample_with_its_erp_on_a_server_can_be_read(
    cli: Cli, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHOP_ERP", postgres)
    assert cli("sample", "retail", "mine", "--rows", 50, "--postgres", "SHOP_ERP").returncode == 0
    source = "mine/landscape.yaml:erp.customers"
    assert cli("profile", source).returncode == 0
    done = cli("apply", "mine/specs/erp-customers.yaml", source, "out.parquet")
    assert done.returncode in (0, 1), done.stderr  # 1: some rows were rejected
    assert not pl.read_parquet(tmp_path / "out.parquet").is_empty()
    monkeypatch.delenv("SHOP_ERP")
    done = cli("profile", source)
    assert done.returncode == 2, done.stderr
    assert "the environment variable SHOP_ERP is not set" in done.stderr


def test_the_way_back_writes_the_systems_own_texts(cli: Cli, retail: Path):
    assert cli("apply", "specs/erp-products.yaml", "erp.products", "there.parquet", cwd=retail).returncode == 0
    assert cli("invert", "specs/erp-products.yaml", "-o", "specs/back.yaml", cwd=retail).returncode == 0
    done = cli("apply", "specs/back.yaml", "there.parquet", "back.parquet", cwd=retail)
    assert done.returncode == 0, done.stderr
    assert "streams in batches" in done.stderr
    back = pl.read_parquet(retail / "back.parquet")
    assert back.height == pl.read_parquet(retail / "there.parquet").height
    assert back.schema["STPRS"] == pl.String


def test_a_source_contract_of_another_version_is_told_before_the_run(cli: Cli, retail: Path):
    spec = retail / "specs" / "erp-products.yaml"
    spec.write_text(spec.read_text().replace("^3.0", "^1.0"))
    done = cli("apply", spec, "erp.products", "there.parquet", cwd=retail)
    assert done.returncode == 1
    assert "the spec asks for version ^1.0 of products, here is 3.0.0" in done.stderr


def test_learn_shows_what_disagrees_and_asks_for_the_example_that_decides(cli: Cli, tmp_path: Path):
    (tmp_path / "few.csv").write_text("value,wanted\nab-12-x,12\nc-4-y,4\nde-7-x,\nfg-8-9,\n")
    done = cli("learn", "few.csv")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 examples agree" in done.stdout
    assert "What should value 'fg-8-9' become?" in done.stdout
    noisy = [f"k{i}-{i},{'?' if i == 7 else i}" for i in range(10, 60)] + ["k7-7,?"]
    (tmp_path / "noisy.csv").write_text("\n".join(["value,wanted", *noisy]))
    shown = cli("learn", "noisy.csv", "--top", "1").stdout
    assert "50 of 51 examples agree" in shown
    assert "value 'k7-7': wanted '?', made '7'" in shown


def test_learn_from_linked_records_counts_the_pairs_that_agree_and_masks_values(cli: Cli, tmp_path: Path):
    left = pl.DataFrame(
        {"cust_no": [f"C{i}" for i in range(20)], "customer_name": [f"Miller{i}, Ann" for i in range(20)]}
    )
    names = [f"Ann Miller{i}" if i != 3 else "Bob Moss" for i in range(20)]
    right = pl.DataFrame({"id": [f"K{i}" for i in range(20)], "name": names})
    links = [(f"P{i}", s, f"{s}{i}") for i in range(20) for s in ("C", "K")]
    left.write_csv(tmp_path / "left.csv")
    right.write_csv(tmp_path / "right.csv")
    pl.DataFrame(links, ["canonical_id", "system", "source_id"], orient="row").write_csv(tmp_path / "links.csv")
    options = ("--linked", "right.csv", "--crosswalk", "links.csv", "--systems", "C,K", "--keys", "cust_no,id")
    done = cli("learn", "left.csv", *options)
    assert done.returncode == 0, done.stderr
    assert "name: 19 of 20 pairs agree; one doesn't" in done.stdout
    assert "C3 and K3" in done.stdout
    assert "Bob Moss" not in done.stdout
    assert cli("learn", "left.csv", *options[:-1], "cust_no").returncode == 2


def test_rules_are_held_against_the_documentation(cli: Cli, retail: Path):
    feed = (retail / "legacy" / "feed_in.csv", retail / "legacy" / "feed_out.csv")
    refs = ("--table", retail / "refs" / "countries.csv")
    done = cli("rules", *feed, *refs, "--documented", retail / "docs" / "legacy_feed.md", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert len(data["rules"]) == 17
    assert {r["coverage"] for r in data["rules"]} == {1.0}
    assert (len(data["documented"]["confirmed"]), len(data["documented"]["undocumented"])) == (5, 12)
