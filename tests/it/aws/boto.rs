//! boto3 in a process that stays: other eyes than the provider's, and other hands.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::tools;

/// A running `tests/aws/boto.py`.
pub struct Boto {
    process: Mutex<Process>,
}

struct Process {
    child: Child,
    asked: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Boto {
    pub fn start(url: &str) -> Boto {
        let mut child = Command::new(tools::python())
            .arg(tools::repository().join("tests/aws/boto.py"))
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator's Python runs");
        let asked = child.stdin.take().expect("its input is piped");
        let said = BufReader::new(child.stdout.take().expect("its output is piped"));
        let process = Mutex::new(Process { child, asked, said });
        Boto { process }
    }

    /// One question, one answer.
    #[track_caller]
    pub fn ask(&self, question: &Value) -> Value {
        let mut line = String::new();
        {
            let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
            writeln!(process.asked, "{question}").expect("boto3 listens");
            process.said.read_line(&mut line).expect("boto3 answers");
        }
        let answer: Value = serde_json::from_str(&line).expect("boto3 answers in JSON");
        match answer["refused"].as_str() {
            None => answer["answer"].clone(),
            // What is looked at by its name is not there.
            Some(code) if question["lenient"] == true && code.starts_with("NoSuch") => Value::Null,
            Some(code) if question["unless"] == code => Value::Null,
            Some(_) => panic!("{question}: {answer}"),
        }
    }
}

impl Drop for Boto {
    fn drop(&mut self) {
        let process = self.process.get_mut();
        let child = &mut process.unwrap_or_else(PoisonError::into_inner).child;
        // It may be gone already, which is as well.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Everything that stands in an account, by region and kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Look(pub Value);

impl Look {
    /// The things of a kind in a region.
    pub fn of(&self, region: &str, kind: &str) -> &[Value] {
        let things = self.0[region][kind].as_array();
        things.map(Vec::as_slice).unwrap_or_default()
    }

    /// The thing of a kind that has a `Name`.
    #[track_caller]
    pub fn named(&self, region: &str, kind: &str, name: &str) -> &Value {
        let mut found = self.of(region, kind).iter().filter(|thing| thing["tags"]["Name"] == name);
        match (found.next(), found.next()) {
            (Some(thing), None) => thing,
            (None, _) => panic!("no {kind} `{name}` in {region}: {:#}", self.0),
            _ => panic!("more than one {kind} `{name}` in {region}: {:#}", self.0),
        }
    }

    /// How many things of a kind are in a region.
    pub fn count(&self, region: &str, kind: &str) -> usize {
        self.of(region, kind).len()
    }
}
