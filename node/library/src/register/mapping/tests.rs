use super::*;

const OWN: &str = r#"
licence_type = "残疾人证"
type_code = "11999999000000019M101"
placeholder_code = true

[[column]]
key = "number"
header = "证号"
kind = "number_of_licence"
mandatory = true

[[column]]
key = "name"
header = "姓名（全名）"
kind = "name"
mandatory = true

[[column]]
key = "citizen_number"
header = "身份证"
kind = "citizen_number"
mandatory = true

[[column]]
key = "level"
header = "等级"
kind = "enum"
values = { "一级" = ["1"], "二级" = ["2"] }

[issuer]
fixed_name = "某区残联(样例)"
fixed_code = "11999999000000019M"

[[holder]]
id_type = "111"
name = "name"
number = "citizen_number"
"#;

#[test]
fn built_in_mappings_are_sound_and_recognise_their_own_headers() {
    let mappings = Mappings::built_in();
    let names: Vec<_> = Mapping::built_in().iter().map(|mapping| mapping.licence_type().to_owned()).collect();
    assert_eq!(names, ["食品经营许可证", "居住证", "出生医学证明", "结婚证"]);
    for mapping in mappings.iter() {
        let headers: Vec<_> = mapping.headers().collect();
        assert!(Arc::ptr_eq(mappings.recognise(&headers).expect("recognised"), mapping));
        assert!(mapping.has_placeholder_code());
        let reversed: Vec<_> = headers.iter().rev().map(|header| format!(" {header}\u{3000}")).collect();
        assert!(Arc::ptr_eq(mappings.recognise(&reversed).expect("recognised"), mapping));
    }
    assert!(mappings.recognise(&["姓名", "电话"]).is_none());
}

#[test]
fn an_own_mapping_is_recognised() {
    let mappings = Mappings::built_in().with(Mapping::from_toml(OWN).expect("own mapping"));
    let found = mappings.recognise(&["备注", "*证号", "姓名(全名)", "身份证"]).expect("recognised");
    assert_eq!((found.licence_type(), found.type_code()), ("残疾人证", "11999999000000019M101"));
    assert_eq!(found.columns()[3].values.get("2").map(String::as_str), Some("二级"));
}

#[test]
fn slips_in_a_mapping_file_are_named() {
    let change = |from: &str, to: &str| Mapping::from_toml(&OWN.replace(from, to)).expect_err(from);
    assert!(matches!(change("licence_type", "licence_typ"), MappingError::Toml(_)));
    assert!(matches!(change("M101", "N101"), MappingError::TypeCode { .. }));
    assert!(matches!(change("number = \"citizen_number\"", "number = \"nobody\""), MappingError::UnknownColumn { .. }));
    assert!(matches!(change("number = \"citizen_number\"", "number = \"level\""), MappingError::WrongKind { .. }));
    assert!(matches!(change("身份证", "证 号"), MappingError::Ambiguous { .. }));
    assert!(matches!(change("number_of_licence", "text"), MappingError::Count { actual: 0, .. }));
    assert!(matches!(change("fixed_code = \"11999999000000019M\"", ""), MappingError::Issuer { field: "code", .. }));
    assert!(matches!(change("id_type = \"111\"", "id_type = \"11\""), MappingError::Holder { .. }));
    assert!(matches!(change("[issuer]", "[status]\nok = [\"有效\"]\n[issuer]"), MappingError::UnknownState { .. }));
}
