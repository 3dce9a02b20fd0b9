from typing import Annotated

from pydantic import BaseModel, Field

from shared_schemas.classification import Classification, Classified, classified_fields

Identifying = Annotated[str, Classified(Classification.IDENTIFYING)]


class Person(BaseModel):
    name: Identifying
    alias: Annotated[Identifying, Classified(Classification.NONE)]
    nicknames: list[Identifying] = []
    siblings: list["Person"] = []
    unmarked: str = ""


class Record(BaseModel):
    reference: str
    person: Person
    others: list[Person] | None = None
    by_role: dict[str, Person] = {}
    offence: Annotated[str | None, Classified(Classification.CRIMINAL)] = None
    contact: Identifying | None = Field(default=None, serialization_alias="contactName")


def test_marked_fields_are_found_wherever_they_lie() -> None:
    found = classified_fields(Record)
    assert found == {
        "/person/name": Classification.IDENTIFYING,
        "/person/alias": Classification.NONE,
        "/person/nicknames/*": Classification.IDENTIFYING,
        "/others/*/name": Classification.IDENTIFYING,
        "/others/*/alias": Classification.NONE,
        "/others/*/nicknames/*": Classification.IDENTIFYING,
        "/by_role/*/name": Classification.IDENTIFYING,
        "/by_role/*/alias": Classification.NONE,
        "/by_role/*/nicknames/*": Classification.IDENTIFYING,
        "/offence": Classification.CRIMINAL,
        "/contactName": Classification.IDENTIFYING,
    }


def test_the_schema_shows_the_classification() -> None:
    properties = Record.model_json_schema()["properties"]
    assert properties["offence"]["x-classification"] == "criminal"
    assert "x-classification" not in properties["reference"]
