//! Files that are no register.

use super::{assert_intact, refused, small_site};
use std::io::Write;
use std::process::Command;
use zhengku_tests::run::{binary, finish};
use zhengku_tests::site::{FOOD, MARRIAGE};

const HEADER: &str = "许可证编号,经营者名称,统一社会信用代码,法定代表人,住所,主体业态,经营项目,有效期自,有效期至,发证机关,发证机关代码,发证日期,状态";
/// An import of a monstrous file may take no more than this beside what an import of a sound one takes.
const MEMORY_KB: u64 = 400 * 1024;

#[test]
fn files_that_are_no_register() {
    let (site, size) = small_site(50);
    let wide = vec!["列"; 10_000].join(",");
    let doubled = HEADER.replace("法定代表人", "经营者名称");
    let gb = encoding_rs::GB18030.encode(HEADER).0.into_owned();
    let broken = [gb.as_slice(), b"\r\nJY1,\xff\xff\xfe\x80,\xd6\xd0\r\n"].concat();
    let program = std::fs::read(binary("zhengku-verify")).unwrap();
    let cases: [(&str, Vec<u8>, &str, &str); 12] = [
        ("empty.csv", Vec::new(), "文件为空", "the file is empty"),
        ("blank.csv", b"\r\n\r\n  \r\n".to_vec(), "为空", "empty"),
        ("header.csv", format!("{HEADER}\r\n").into_bytes(), "只有表头", "a header and no row"),
        ("encoding.csv", broken, "GB18030", "neither UTF-8 nor GB18030"),
        ("program.csv", program, "程序", "a program"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "图片", "a picture"),
        ("zeros.csv", vec![0; 4096], "二进制", "binary"),
        ("wide.csv", format!("{wide}\r\n{wide}\r\n").into_bytes(), "列", "10000 columns"),
        (
            "doubled.csv",
            format!("{doubled}\r\n1,2,3,4,5,6,7,8,9,10,11,12,13\r\n").into_bytes(),
            "经营者名称",
            "columns 2 and 4",
        ),
        ("stranger.csv", b"a,b,c\r\n1,2,3\r\n".to_vec(), "表头", "no column name of any mapping"),
        ("not-a-workbook.xlsx", b"PK\x03\x04 and then nothing".to_vec(), "压缩包", "an archive"),
        ("prose.csv", "今天天气很好。\n明天也是。\n".as_bytes().to_vec(), "表头", "no column name of any mapping"),
    ];
    for (name, bytes, zh, en) in cases {
        let path = site.file(name);
        std::fs::write(&path, bytes).unwrap();
        refused(&site, &["import", &path], zh, en);
        refused(&site, &["import", "--dry-run", &path], zh, en);
    }
    let missing = site.file("missing.csv");
    refused(&site, &["import", &missing], "missing.csv", "missing.csv");
    let directory = site.file("registers");
    refused(&site, &["import", &directory], "registers", "registers");
    assert_intact(&site, size);
}

#[test]
fn a_bad_file_does_not_stop_the_next_one() {
    let (site, _) = small_site(51);
    let empty = site.file("empty.csv");
    std::fs::write(&empty, b"").unwrap();
    let sound = site.register(FOOD);
    let ran = site.on_node(&["import", &empty, zhengku_tests::files::text(&sound)]).exits(2);
    assert_eq!(ran.json()["repeated"], 20);
    assert!(ran.err.contains("文件为空"), "{ran:#?}");
}

/// Runs an import and gives its exit code, its errors, and the most memory it had in kilobytes.
fn measured(path: &str, data: &str, language: &str) -> (i64, String, u64) {
    let script = "import json,resource,subprocess,sys\n\
                  r=subprocess.run(sys.argv[1:],capture_output=True,text=True)\n\
                  print(json.dumps([r.returncode,r.stderr,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))";
    let zhengku = binary("zhengku");
    let mut command = Command::new("python3");
    command.args(["-c", script]).arg(zhengku).args(["import", path, "--data", data, "--lang", language]);
    let answer = finish(&mut command).exits(0).json();
    (answer[0].as_i64().unwrap(), answer[1].as_str().unwrap().to_owned(), answer[2].as_u64().unwrap())
}

#[test]
fn a_line_of_a_gigabyte_is_refused_in_bounded_memory() {
    let (site, size) = small_site(52);
    let path = site.file("long.csv");
    let letters = vec![b'a'; 16 << 20];
    for (start, expected) in
        [("", "1048576"), (&format!("{HEADER}\r\n")[..], "1048576"), (&format!("{HEADER}\r\n\"")[..], "1048576")]
    {
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(start.as_bytes()).unwrap();
        file.write_all(&letters).unwrap();
        // The rest is a hole in the file: a reader that goes on reads a gigabyte of zeros.
        file.set_len(1 << 30).unwrap();
        for (language, label) in [("zh", "错误:"), ("en", "error:")] {
            let (code, err, peak) = measured(&path, &site.data(), language);
            assert_eq!(code, 2, "{err}");
            assert!(err.contains(label) && err.contains(expected) && !err.contains("panicked"), "{err}");
            assert!(err.len() < 1_000, "{}", err.len());
            assert!(peak < MEMORY_KB, "{peak} KB");
        }
    }
    assert_intact(&site, size);
}

#[test]
fn mapping_and_type_that_do_not_fit() {
    let (site, size) = small_site(53);
    let register = site.register(MARRIAGE);
    let register = zhengku_tests::files::text(&register);
    refused(&site, &["import", register, "--type", "无此证"], "没有证照类型", "there is no licence type");
    refused(&site, &["import", register, "--type", "食品经营许可证"], "表头", "no mapping fits");
    let mapping = site.file("bad.toml");
    refused(&site, &["import", register, "--mapping", &mapping], "文件不存在", "No such file");
    std::fs::write(&mapping, "licence_type = 7").unwrap();
    refused(&site, &["import", register, "--mapping", &mapping], "列映射文件有误", "mapping");
    std::fs::write(&mapping, [0xff, 0xfe, 0x00]).unwrap();
    refused(&site, &["import", register, "--mapping", &mapping], "bad.toml", "bad.toml");
    assert_intact(&site, size);
}
