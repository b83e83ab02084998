"""Landscapes: the committed one loads; every fault of a bad one is reported at once with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from workbench.errors import LandscapeError, UnknownNameError, UsageError
from workbench.model import Criterion, Landscape, load_landscape, parse_duration, path_inside

RETAIL = Path(__file__).parents[2] / "data" / "retail"
GOOD = """\
landscape: 1
name: small
owners:
- {id: team, name: Team}
systems:
- {id: crm, name: CRM, kind: crm, owner: team}
datasets:
- {id: crm.customers, location: crm/customers.csv, options: {delimiter: ";"}, contract: contracts/crm.odcs.yaml}
- {id: crm.live, location: "postgresql://reader:${CRM_PASSWORD}@db/crm"}
flows:
- id: customers
  source: crm.customers
  target: Customer
  owner: team
  criteria:
  - {id: errors, measure: error_rate, below: 0.1 %}
"""
CONTRACT = "apiVersion: v3.2.0\nkind: DataContract\nid: {id}\nversion: 1.0.0\ntags: [{tag}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contracts" / "entities").mkdir(parents=True)
    (tmp_path / "contracts" / "crm.odcs.yaml").write_text(CONTRACT.format(id="crm.customers", tag="x"))
    entity = tmp_path / "contracts" / "entities" / "Customer.odcs.yaml"
    entity.write_text(CONTRACT.format(id="Customer", tag="canonical"))
    return tmp_path


def load(folder: Path, text: str = GOOD) -> Landscape:
    (folder / "landscape.yaml").write_text(text, encoding="utf-8")
    return load_landscape(folder / "landscape.yaml")


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(LandscapeError) as caught:
        load(folder, text)
    return [str(f).replace(str(folder) + "/", "") for f in caught.value.faults]


def test_a_landscape_is_found_in_its_folder(folder: Path) -> None:
    load(folder)
    assert load_landscape(folder).name == "small"


def test_names_lead_to_nouns(folder: Path) -> None:
    landscape = load(folder)
    assert landscape.dataset("crm.customers").system == "crm"
    assert landscape.dataset("crm.customers").options == {"delimiter": ";"}
    assert landscape.contract("crm.customers").id == "crm.customers"
    assert landscape.entity("Customer").is_entity
    assert landscape.flow("customers").criteria[0].limit == 0.001
    assert landscape.owner("team").roles == ("owner",)


def test_a_location_starts_at_the_landscape(folder: Path) -> None:
    assert load(folder).location("crm.customers") == str(folder / "crm" / "customers.csv")


def test_a_url_takes_its_secrets_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "s3")
    assert load(folder).location("crm.live") == "postgresql://reader:s3@db/crm"


def test_a_variable_may_hold_the_whole_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landscape = load(folder, GOOD.replace('"postgresql://reader:${CRM_PASSWORD}@db/crm"', "'${CRM}'"))
    monkeypatch.setenv("CRM", "postgresql://reader:s3@db/crm")
    assert landscape.location("crm.live") == "postgresql://reader:s3@db/crm"


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.csv"])
def test_a_variable_does_not_lead_out(folder: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    landscape = load(folder, GOOD.replace('"postgresql://reader:${CRM_PASSWORD}@db/crm"', "'${CRM}'"))
    monkeypatch.setenv("CRM", path)
    with pytest.raises(UsageError, match="leads out of the folder"):
        landscape.location("crm.live")


def test_a_secret_that_is_not_set_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_PASSWORD", raising=False)
    with pytest.raises(UsageError, match="the environment variable CRM_PASSWORD is not set"):
        load(folder).location("crm.live")


def test_a_password_in_the_file_is_refused(folder: Path) -> None:
    said = faults(folder, GOOD.replace("${CRM_PASSWORD}", "secret"))
    assert len(said) == 1
    assert said[0].startswith("landscape.yaml:9 (datasets.1.location): a password must not stand here")


@pytest.mark.parametrize("kind", ["system", "dataset", "flow", "owner", "entity", "contract"])
def test_an_unknown_name_is_refused(folder: Path, kind: str) -> None:
    with pytest.raises(UnknownNameError):
        getattr(load(folder), kind)("nothing")


def test_a_dataset_without_contract_says_how_to_get_one(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"the dataset 'crm\.live' has no contract → workbench contract infer"):
        load(folder).contract("crm.live")


def test_all_wrong_references_are_reported_at_once(folder: Path) -> None:
    text = GOOD.replace("kind: crm, owner: team", "kind: crm, owner: tem").replace("id: crm.live", "id: crn.live")
    text = text.replace("source: crm.customers", "source: crm.customer").replace("target: Customer", "target: Custmer")
    text = text.replace("contracts/crm.odcs.yaml", "contracts/crn.odcs.yaml")
    assert faults(folder, text) == [
        "landscape.yaml:6 (systems.0.owner): there is no owner 'tem' → did you mean 'team'?",
        "landscape.yaml:8 (datasets.0.contract): there is no contract 'contracts/crn.odcs.yaml'"
        " → did you mean 'contracts/crm.odcs.yaml'?",
        "landscape.yaml:9 (datasets.1.id): there is no system 'crn' → did you mean 'crm'?",
        "landscape.yaml:12 (flows.0.source): there is no dataset or entity 'crm.customer'"
        " → did you mean 'crm.customers' or 'Customer'?",
        "landscape.yaml:13 (flows.0.target): there is no entity or dataset 'Custmer'"
        " → did you mean 'Customer' or 'crm.customers'?",
    ]


def test_unknown_keys_are_reported_with_the_nearest(folder: Path) -> None:
    said = faults(folder, GOOD.replace("location: crm/", "locatoin: crm/").replace("name: small", "nmae: small"))
    assert "landscape.yaml:8 (datasets.0.locatoin): unknown key 'locatoin' → did you mean 'location'?" in said
    assert "landscape.yaml:2 (nmae): unknown key 'nmae' → did you mean 'name'?" in said


def test_ids_that_stand_twice_are_refused(folder: Path) -> None:
    text = GOOD.replace("- {id: team, name: Team}", "- {id: team, name: Team}\n- {id: team, name: Again}")
    assert faults(folder, text) == ["landscape.yaml:5 (owners.1.id): the id 'team' stands twice → rename one"]


@pytest.mark.parametrize("path", ["../out.csv", "a/../../out.csv", "/etc/passwd", r"C:\\data.csv", r"\\\\host\\x"])
def test_paths_out_of_the_folder_are_refused(folder: Path, path: str) -> None:
    said = faults(folder, GOOD.replace("location: crm/customers.csv", f'location: "{path}"'))
    assert len(said) == 1
    assert said[0].startswith("landscape.yaml:8 (datasets.0.location): the path '")
    assert "leads out of the folder" in said[0]


def test_the_folder_of_the_entities_must_stay_inside(folder: Path) -> None:
    said = faults(folder, GOOD + "entities: ../entities\n")
    assert said[0].startswith("landscape.yaml:17 (entities): the path '../entities' leads out")


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "away").symlink_to(folder.parent)
    with pytest.raises(UsageError, match="leads out of the folder"):
        path_inside(folder, "away/x.csv")


def test_a_path_may_wander_inside(folder: Path) -> None:
    assert path_inside(folder, "a/../b.csv").name == "b.csv"


def test_a_file_url_is_refused(folder: Path) -> None:
    said = faults(folder, GOOD.replace("crm/customers.csv", '"file:///etc/passwd"'))
    assert "a file is named by its path, not by file://" in said[0]


def test_an_entity_without_the_tag_is_refused(folder: Path) -> None:
    path = folder / "contracts" / "entities" / "Customer.odcs.yaml"
    path.write_text(CONTRACT.format(id="Customer", tag="x"))
    with pytest.raises(LandscapeError, match="not that of a canonical entity → add 'canonical' to its tags"):
        load(folder).entity("Customer")


def test_the_committed_landscape_is_whole() -> None:
    landscape = load_landscape(RETAIL)
    assert landscape.entity_names == ("Customer", "Order", "OrderLine", "Product")
    for dataset in landscape.datasets:
        contract = landscape.contract(dataset.id)
        assert contract.id == dataset.id
        assert contract.owner == landscape.system(dataset.system).owner
        assert Path(landscape.location(dataset)).is_file()
    for name in landscape.entity_names:
        assert landscape.entity(name).id == name


@pytest.mark.parametrize(
    ("keys", "words", "kept", "broken"),
    [
        ({"measure": "error_rate", "below": "0.1 %"}, "error rate < 0.1 %", 0.0009, 0.001),
        ({"measure": "completeness", "at_least": "100 %"}, "completeness ≥ 100 %", 1.0, 0.999),
        ({"measure": "freshness", "at_most": "10 min"}, "freshness ≤ 10 min", 600.0, 600.1),
        ({"measure": "throughput", "above": "1.5 M rows/s"}, "throughput > 1.5 M rows/s", 1.6e6, 1.5e6),
        (
            {"measure": "delivered_within", "within": "30 s", "at_least": "95 %"},
            "delivered within 30 s ≥ 95 %",
            0.95,
            0.94,
        ),
    ],
)
def test_a_criterion_is_measurable(keys: dict[str, str], words: str, kept: float, broken: float) -> None:
    criterion = Criterion(id="c", **keys)  # type: ignore[arg-type]
    assert str(criterion) == words
    assert criterion.holds(kept)
    assert not criterion.holds(broken)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"measure": "error_rate"}, "exactly one of at_least, at_most, above, below"),
        ({"measure": "error_rate", "below": "1 %", "above": "0 %"}, "exactly one of"),
        ({"measure": "error_rate", "below": "0.001"}, "write the limit as '95 %'"),
        ({"measure": "error_rate", "below": "101 %"}, "write the limit as '95 %'"),
        ({"measure": "freshness", "at_most": "5 %"}, "a duration is a number and one of"),
        ({"measure": "throughput", "at_least": "5 s"}, "write the limit as '500 k rows/s'"),
        ({"measure": "delivered_within", "at_least": "95 %"}, "delivered_within needs it"),
        ({"measure": "error_rate", "below": "1 %", "within": "3 s"}, "belongs to delivered_within"),
        ({"measure": "error_rate", "below": "1 %", "window": "daily"}, "a duration is a number"),
    ],
)
def test_a_criterion_that_cannot_be_measured_is_refused(keys: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Criterion(id="c", **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "seconds"), [("250 ms", 0.25), ("2min", 120.0), ("1 d", 86400.0), ("2 w", 1209600.0)])
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds
