"""Tables in a bucket are those of a disk, and a fault of its server loses nothing."""

import io
import os
import shutil
import signal
import socket
import sys
import uuid
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from lagesbild import (
    doctor,
    object_store,
    purge,
    store,
    store_anew,
    stored_form,
    traces,
)
from lagesbild.backup import make_backup, open_restored, restore_backup
from lagesbild.closing import close_cycles
from lagesbild.errors import LockError, SettingsError, StoreError
from lagesbild.ingest import ingest_files
from lagesbild.object_store import StoreSettings
from lagesbild.period import Period
from lagesbild.publish import plan, products, unchanged
from lagesbild.publish.batch import run_cycle
from lagesbild.status import verify
from lagesbild.stored_form import read_rows
from lagesbild.workspace import open_workspace
from tests import s3_server
from tests.forked import ForkedContext
from tests.publish.conftest import write_notebook
from tests.tiny_town import (
    make_tiny_town,
    police,
    write_counts,
    write_police,
)

TODAY = date(2026, 4, 20)
SECRETS = tuple(s3_server.KEYS.values())


@pytest.fixture(scope="module")
def endpoint():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3_server.KEYS.items():
            patch.setenv(name, value)
        with s3_server.serving() as address:
            s3_server.make_bucket(address, "hink")
            yield address


def put_in_bucket(ws, endpoint, uri):
    """The same workspace, whose tables are to lie in a bucket."""
    with (ws.root / "kommun.toml").open("a", encoding="utf-8") as file:
        file.write(s3_server.settings(endpoint, uri))
    return open_workspace(ws.root)


def deliver(ws):
    """Two quarters of the police's, with a correction, and ready-made counts."""
    for version, place in (("a", "Kvarngatan 1"), ("b", "Ågatan 1")):
        days = [f"2025-1{i % 3}-{i + 1:02}" for i in range(6)]
        rows = [police(f"5000-K1{i}", day, place=place) for i, day in enumerate(days)]
        rows.append(police("5000-K19", "2025-12-31", code="9999999"))
        name = f"polisen_2025-K4{version}.csv"
        write_police(ws.inbox, *rows[version == "b" :], name=name)
    write_police(ws.inbox, police("5000-K26", place="Vikvägen 5"))
    write_counts(ws.inbox, ("A01", "ran", "2026-K1", 7))


def frames(ws):
    """Everything that readers see, but for the moment at which it was committed."""
    deliveries = store.load_deliveries(ws).drop(columns=["committed_at", "received_on"])
    return {
        # settings_sha256 is of kommun.toml, which says where the tables lie
        "deliveries": deliveries.drop(columns="settings_sha256"),
        "incidents": store.load_incidents(ws),
        "first": store.load_incidents(ws, as_of=1),
        "autumn": store.load_incidents(ws, reported_to="2025-12-31"),
        "withdrawn": store.load_withdrawn(ws),
        "quarantine": store.load_quarantine(ws),
        "ready": store.load_ready_counts(ws),
        "closed": store.load_closed_counts(ws).drop(columns="closed_at"),
    }


@pytest.fixture(scope="module")
def pair(endpoint, tmp_path_factory):
    """The same deliveries on a disk and in a bucket; the autumn is closed in both."""
    made = {}
    for place in ("disk", "hink"):
        ws = make_tiny_town(tmp_path_factory.mktemp(place) / "nyby")
        if place == "hink":
            ws = put_in_bucket(ws, endpoint, "s3://hink/par/nyby")
        deliver(ws)
        told = ingest_files(ws)
        assert {row["status"] for row in told} == {"inläst"}, told
        close_cycles(ws, [Period("2025-K4")], without=("felanmalan", "raddningen"))
        made[place] = ws
    return made


# --- the same as on a disk ------------------------------------------------------------


def test_a_bucket_holds_the_same_rows_as_a_disk(pair):
    on_disk, in_bucket = frames(pair["disk"]), frames(pair["hink"])
    assert len(on_disk["incidents"]) == 7 and len(on_disk["closed"])
    for name, frame in on_disk.items():
        pd.testing.assert_frame_equal(frame, in_bucket[name])
    assert not (pair["hink"].lager / "tabeller").exists()
    assert verify(pair["hink"]) == {"ok": True, "faults": []}


def test_a_file_that_comes_again_changes_nothing_in_a_bucket(pair):
    ws = pair["hink"]
    before = frames(ws)
    kept = next(ws.archive.glob("*polisen_2025-K4b*.csv"))
    shutil.copy(kept, ws.inbox / "polisen_2025-K4b.csv")
    assert [row["status"] for row in ingest_files(ws)] == ["redan inläst"]
    for name, frame in frames(ws).items():
        pd.testing.assert_frame_equal(frame, before[name])


# --- settings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"uri": "C:\\lager"}, "skriv s3://"),
        ({"uri": "/srv/lager"}, "skriv s3://"),
        ({"uri": "s3://hink/../annan"}, "skriv s3://"),
        ({"uri": "s3://nyckel:hemlig@hink"}, "skriv s3://"),
        ({"uri": "s3://hink/a b"}, "skriv s3://"),
        ({"uri": "s3://hink/nyby"}, "region saknas"),
        ({"uri": "s3://hink"}, "skriv s3://"),
        ({"endpoint": "https://x.example"}, "kräver uri"),
        (
            {"endpoint": "http://x.example", "allow_http": True},
            "bara till en server på",
        ),
        ({"endpoint": "http://127.0.0.1:9000"}, "bara till en server på"),
        ({"endpoint": "https://a:b@x.example"}, "nycklar står i miljövariabler"),
        ({"endpoint": "x.example"}, "börja med https"),
        ({"secret_access_key": "hemlig"}, "Extra inputs"),
    ],
)
def test_a_place_that_is_none_or_is_not_safe_is_refused(told, why):
    if "uri" not in told and why != "kräver uri":
        told |= {"uri": "s3://hink/nyby", "region": "eu-north-1"}
    with pytest.raises(ValueError, match=why):
        StoreSettings(**told)


def test_no_environment_can_take_away_tls_or_the_order_of_commits():
    told = StoreSettings(uri="s3://hink/nyby", region="eu-north-1").options()
    assert told["allow_http"] == "false" and told["conditional_put"] == "etag"
    assert StoreSettings().options() is None


def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path):
    ws = make_tiny_town(tmp_path / "nyby")
    with (ws.root / "kommun.toml").open("a", encoding="utf-8") as file:
        file.write('\n[store]\nuri = "s3://hink/nyby"\nsecret_access_key = "hemlig"\n')
    with pytest.raises(
        SettingsError, match=r"'store.secret_access_key': okänd"
    ) as told:
        open_workspace(ws.root)
    assert "hemlig" not in str(told.value)


# --- faults ---------------------------------------------------------------------------


def test_a_bucket_that_is_not_there(endpoint, tmp_path):
    ws = put_in_bucket(make_tiny_town(tmp_path / "w"), endpoint, "s3://finns-inte/a")
    write_police(ws.inbox, police("5000-K1"))
    with pytest.raises(StoreError, match="hinken finns inte") as told:
        ingest_files(ws)
    assert told.value.exit_code == 1
    assert list(ws.inbox.glob("*.csv"))  # waits for the next time


@pytest.mark.parametrize("is_silent", [False, True])
def test_a_server_that_does_not_answer_is_told_in_bounded_time(
    is_silent, endpoint, tmp_path, monkeypatch
):
    limits = {"connect_timeout": "1s", "timeout": "1s", "max_retries": "1"}
    monkeypatch.setattr(object_store, "LIMITS", {**limits, "retry_timeout": "3s"})
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if is_silent:  # takes the call and never says a word
            listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        ws = put_in_bucket(make_tiny_town(tmp_path / "w"), address, "s3://hink/a")
        with pytest.raises(StoreError, match="servern svarar inte"):
            store.load_incidents(ws)
        assert verify(ws)["ok"] is False


def test_answers_of_a_server_are_told_without_what_it_wrote():
    told = {
        "InvalidAccessKeyId": "nyckeln eller regionen godtas inte",
        "SignatureDoesNotMatch": "nyckeln eller regionen godtas inte",
        "<Code>AccessDenied</Code>": "har inte rätt",
        "403 Forbidden": "har inte rätt",
        "PUT http://169.254.169.254/latest/api/token": "ingen nyckel",
        "invalid peer certificate: UnknownIssuer": "certifikat",
        "503 Service Unavailable SlowDown": "eget fel",
        "418 I'm a teapot": "servern vägrar",
    }
    for answer, sentence in told.items():
        error = OSError(f"Generic S3 error: {answer} KEY=hemlig")
        assert sentence in object_store.explain(error)
        assert "hemlig" not in object_store.explain(error)
    assert object_store.explain(OSError("No space left on device")) is None


def test_a_wrong_key_is_told_and_not_shown(endpoint, tmp_path, monkeypatch):
    import httpx

    ws = put_in_bucket(make_tiny_town(tmp_path / "w"), endpoint, "s3://hink/nyckel")
    httpx.post(
        f"{endpoint}/moto-api/reset-auth", content=b"0"
    )  # from now on keys count
    try:
        with pytest.raises(StoreError, match="nyckeln eller regionen godtas") as told:
            store.load_incidents(ws)
    finally:
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"inf")
    assert not any(secret in str(told.value) for secret in SECRETS)
    assert told.value.__cause__ is None and told.value.__suppress_context__


# --- who may write --------------------------------------------------------------------


def test_another_municipality_finds_no_tables_there(pair, endpoint, tmp_path):
    ws = make_tiny_town(tmp_path / "annan")
    file = ws.root / "kommun.toml"
    file.write_text(file.read_text("utf-8").replace('"9999"', '"8888"'), "utf-8")
    ws = put_in_bucket(ws, endpoint, "s3://hink/par/nyby")
    with pytest.raises(StoreError, match="tabellerna för kommun 9999"):
        store.load_incidents(ws)


def test_a_second_folder_may_read_and_not_write(pair, endpoint, tmp_path):
    ws = make_tiny_town(tmp_path / "annan")
    ws = put_in_bucket(ws, endpoint, "s3://hink/par/nyby")
    assert len(store.load_incidents(ws)) == len(store.load_incidents(pair["hink"]))
    write_police(ws.inbox, police("5000-K99"))
    with pytest.raises(LockError, match="annan kopia") as told:
        ingest_files(ws)
    owner = (pair["hink"].lager / stored_form.OWNER_FILE).read_text("utf-8").strip()
    assert owner in str(told.value)  # what to write to take over


def test_tables_on_the_disk_are_not_passed_by_in_silence(endpoint, tmp_path):
    ws = make_tiny_town(tmp_path / "w")
    write_police(ws.inbox, police("5000-K1"))
    ingest_files(ws)
    ws = put_in_bucket(ws, endpoint, "s3://hink/flytt")
    with pytest.raises(StoreError, match="flytta"):
        store.load_incidents(ws)


# --- keeping it -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(endpoint, tmp_path_factory):
    """A workspace in a bucket: an old quarter, closed, and a new one."""
    ws = make_tiny_town(tmp_path_factory.mktemp("mall") / "nyby")
    ws = put_in_bucket(ws, endpoint, "s3://hink/mall/nyby")
    for quarter, day in (("2020-K4", "2020-11-03"), ("2026-K1", "2026-02-03")):
        rows = [police(f"5000-K{quarter[:4]}{i}", day) for i in range(3)]
        write_police(ws.inbox, *rows, name=f"polisen_{quarter}.csv")
    assert {row["status"] for row in ingest_files(ws)} == {"inläst"}
    close_cycles(ws, [Period("2020-K4")], without=("felanmalan", "raddningen"))
    return ws


@pytest.fixture
def own(made, endpoint, tmp_path):
    """The same in a bucket of one's own, which keeps old versions."""
    name = f"egen-{uuid.uuid4().hex[:12]}"
    s3_server.make_bucket(endpoint, name)
    s3 = s3_server.client(endpoint)
    kept = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=kept)
    for each in s3.list_objects_v2(Bucket="hink", Prefix="mall/")["Contents"]:
        source = {"Bucket": "hink", "Key": each["Key"]}
        s3.copy_object(Bucket=name, Key=each["Key"], CopySource=source)
    shutil.copytree(made.root, tmp_path / "nyby")
    file = tmp_path / "nyby" / "kommun.toml"
    file.write_text(file.read_text("utf-8").replace("s3://hink/", f"s3://{name}/"))
    return open_workspace(tmp_path / "nyby")


def everything(ws):
    """Every version of every object of the bucket, read by another library."""
    store_of = ws.settings.store
    s3 = s3_server.client(store_of.endpoint)
    bucket = store_of.uri.split("/")[2]
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in page.get("Versions", ()):
            about = {"Key": each["Key"], "VersionId": each["VersionId"]}
            content = s3.get_object(Bucket=bucket, **about)["Body"].read()
            if each["Key"].endswith(".parquet"):
                content = str(pq.read_table(io.BytesIO(content)).to_pydict()).encode()
            yield each["Key"], content


def test_a_purge_leaves_no_key_in_any_version_of_any_object(own):
    def holding():
        return [name for name, content in everything(own) if b"5000-K2020" in content]

    assert holding()
    assert len(traces.find_traces(own, "5000-K20201")) >= 2  # a table and the archive
    before = store.load_incidents(own)
    told = purge.purge(own, today=TODAY)
    assert told["ok"] and told["n_rows"] == 3 and told["n_searched"] == 3
    assert not holding() and len(list(everything(own))) > 5
    after = store.load_incidents(own)
    assert set(before["source_key"]) - set(after["source_key"]) == {
        f"5000-K2020{i}" for i in range(3)
    }
    assert verify(own) == {"ok": True, "faults": []}
    assert traces.find_traces(own, "5000-K20201").empty
    # what is told afterwards goes to the new place
    write_police(own.inbox, police("5000-K77", "2026-03-01"), name="polisen_sen.csv")
    assert ingest_files(own)[0]["status"] == "inläst"
    assert len(store.load_incidents(own)) == 4 and verify(own)["ok"]


def test_a_purge_that_could_not_be_proved_is_not_begun(own, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(StoreError, match=r"lagesbild\[s3\]"):
        purge.purge(own, today=TODAY)
    assert len(store.load_incidents(own)) == 6


@pytest.mark.parametrize("moment", ["put_in_force", "remove_replaced"])
def test_a_purge_cut_short_is_before_or_after(moment, own, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_anew, moment, stop)
        with pytest.raises(KeyboardInterrupt):
            purge.purge(own, today=TODAY)
    is_after = moment == "remove_replaced"
    assert len(store.load_incidents(own)) == (3 if is_after else 6)
    purge.finish(own)  # what every command does first
    assert len(store.load_incidents(own)) == (3 if is_after else 6)
    folders = {name.split("/")[0] for name in store_anew.list_objects(own)}
    assert len(folders) == 2  # i_kraft and the one that is in force
    assert bool(store.load_purges(own).size) == is_after and verify(own)["ok"]


def test_a_backup_holds_the_tables_and_restores_them_to_a_disk(own, tmp_path):
    make_backup(own, tmp_path / "kopia.tar.gz")
    restore_backup(tmp_path / "kopia.tar.gz", tmp_path / "ater")
    with pytest.raises(StoreError, match="Tabeller ligger i lager/tabeller"):
        store.load_incidents(open_workspace(tmp_path / "ater"))
    restored = open_restored(tmp_path / "ater")
    assert store.verify_store(restored) == []
    pd.testing.assert_frame_equal(
        store.load_incidents(restored), store.load_incidents(own)
    )


def test_doctor_tells_where_the_tables_lie_and_what_is_wrong_there(own, monkeypatch):
    found = {(f.level, f.name): f.text for f in doctor.examine(own.root)}
    assert own.settings.store.uri in found["OK", "Tabeller"]
    assert "vem som helst" in found["FEL", "Hink"]  # the server of the tests asks none
    assert "gamla versioner" in found["VARNING", "Hink"]
    monkeypatch.setattr(stored_form, "is_open_to_anyone", lambda ws: False)
    told = [f for f in doctor.examine(own.root) if f.name in ("Tabeller", "Hink")]
    assert [f.level for f in told] == ["OK", "VARNING"]


def test_two_writers_never_both_commit(own, tmp_path, monkeypatch):
    """A copy of the folder takes the same number while the first is about to."""
    ws = own
    shutil.copytree(ws.root, tmp_path / "kopia")
    copy = open_workspace(tmp_path / "kopia")
    write_police(ws.inbox, police("5000-K61", "2026-03-01"), name="polisen_a.csv")
    write_police(copy.inbox, police("5000-K62", "2026-03-02"), name="polisen_b.csv")
    refuse, done = store.refuse_unaccounted, []

    def meanwhile(*args):
        refuse(*args)
        if not done:
            done.append(True)
            done.extend(ingest_files(copy))

    monkeypatch.setattr(store, "refuse_unaccounted", meanwhile)
    before = set(store.load_incidents(ws)["source_key"])
    with pytest.raises(LockError, match="Inget har sparats"):
        ingest_files(ws)
    assert done[1]["status"] == "inläst"
    assert set(store.load_incidents(ws)["source_key"]) - before == {"5000-K62"}
    assert [row["status"] for row in ingest_files(ws)] == ["inläst"]
    numbers = store.load_deliveries(ws)["sequence_number"]
    assert numbers.is_unique and verify(ws)["ok"]


# --- killed, and run ------------------------------------------------------------------


def ingest_and_die(folder, n_writes):
    """Take in what waits, and be killed before a write to the bucket."""
    write, done = store.append_rows, []

    def die(*args, **named):
        if len(done) == n_writes:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(True)
        write(*args, **named)

    store.append_rows = die
    ingest_files(open_workspace(folder))


@pytest.mark.skipif(os.name != "posix", reason="dödas bara på POSIX")
@pytest.mark.parametrize("n_writes", [1, 6])
def test_an_ingest_killed_between_writes_to_a_bucket_leaves_nothing(n_writes, own):
    write_police(own.inbox, police("5000-K88", "2026-03-01"), name="polisen_ny.csv")
    before = frames(own)
    process = ForkedContext().Process(target=ingest_and_die, args=(own.root, n_writes))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(read_rows(own, "reports")) == 7  # written, and no reader sees it
    for name, frame in frames(own).items():
        pd.testing.assert_frame_equal(frame, before[name])
    assert [row["status"] for row in ingest_files(own)] == ["inläst"]
    assert len(read_rows(own, "reports")) == len(store.load_incidents(own)) == 7
    assert verify(own) == {"ok": True, "faults": []}


CODE = """
import lagesbild as lb
ws = lb.open_workspace(workspace)
lb.show_heading(lb.open_publication(ws, cycle, audience=audience))
"""


def test_pages_from_a_bucket_are_those_from_a_disk(pair, forked_workers, monkeypatch):
    few = products.PRODUCTS[:3]
    for module in (products, plan, unchanged):
        monkeypatch.setattr(module, "PRODUCTS", few)
    pages = []
    for ws in pair.values():
        for product in few:
            file = ws.root.parent / "notebooks" / f"{product.name}.ipynb"
            write_notebook(file, CODE)
        run_cycle(ws, "2026-K1", jobs=1)
        files = sorted((ws.outputs / "2026-K1").rglob("*.html"))
        pages.append({f.relative_to(ws.outputs): f.read_bytes() for f in files})
    assert len(pages[0]) > 3 and pages[0] == pages[1]
