//! A running rust-analyzer: the source with a cursor in it goes in, what it says of that place comes out.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// So long may all its answers take together.
const PATIENCE: Duration = Duration::from_mins(5);

const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

/// Where the cursor is.
const CURSOR: char = '§';

/// Installs the server, and the source of `std` that it reads, where they are missing. Says whether they are there now.
pub(super) fn is_installed() -> bool {
    let runs = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    runs(command("rustup").args(["component", "add", "rust-analyzer", "rust-src"]))
        || runs(command("rust-analyzer").arg("--version"))
}

/// A program of the toolchain that the tests are built with.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A server, and the one file that is open in it.
pub(super) struct Analyzer {
    server: Arc<Mutex<Child>>,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    file: String,
    source: String,
    sent: u64,
}

impl Analyzer {
    /// A server that has read a project of this source.
    pub(super) fn on(source: &str) -> Self {
        let project = project(source);
        let mut server = command("rust-analyzer")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it is installed");
        let requests = server.stdin.take().expect("it is piped");
        let answers = server.stdout.take().expect("it is piped");
        let server = Arc::new(Mutex::new(server));
        let watched = Arc::clone(&server);
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            end(&watched);
        });
        let mut analyzer = Self {
            server,
            requests,
            answers: BufReader::new(answers),
            file: uri(&project.join("src/lib.rs")),
            source: String::new(),
            sent: 0,
        };
        analyzer.begin(&project);
        analyzer
    }

    fn begin(&mut self, project: &Path) {
        let options = json!({
            "checkOnSave": false,
            "cachePriming": { "enable": false },
            "cargo": { "extraArgs": ["--offline"], "targetDir": project.join("target") },
        });
        self.ask(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": uri(project),
                "initializationOptions": options,
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "hover": { "contentFormat": ["plaintext"] } },
                },
            }),
        );
        self.tell("initialized", &json!({}));
        self.tell(
            "textDocument/didOpen",
            &json!({ "textDocument": {
                "uri": self.file, "languageId": "rust", "version": 0, "text": self.source,
            } }),
        );
        // the macros are built before it is done
        while !is_done(&self.hear()) {}
    }

    /// The names of the things that it offers at the cursor.
    pub(super) fn offers(&mut self, source: &str) -> Vec<String> {
        let offered = self.at_cursor("textDocument/completion", source);
        let items = offered.get("items").unwrap_or(&offered);
        let items = items.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().map(|item| text(&item["label"])).collect()
    }

    /// The lines, from one on, where the word behind the cursor is defined; those of other files are none.
    pub(super) fn defined_in(&mut self, source: &str) -> Vec<Option<u64>> {
        let places = self.at_cursor("textDocument/definition", source);
        let places = places.as_array().map_or(&[][..], Vec::as_slice);
        let line = |place: &Value| {
            let here = place["uri"] == self.file.as_str();
            here.then(|| place["range"]["start"]["line"].as_u64()?.checked_add(1))?
        };
        places.iter().map(line).collect()
    }

    /// What it shows of the word behind the cursor.
    pub(super) fn shows(&mut self, source: &str) -> String {
        text(&self.at_cursor("textDocument/hover", source)["contents"]["value"])
    }

    fn at_cursor(&mut self, method: &str, source: &str) -> Value {
        let (before, behind) = source.split_once(CURSOR).expect("there is a cursor");
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, str::len);
        self.write(&format!("{before}{behind}"));
        let place = json!({
            "textDocument": { "uri": self.file },
            "position": { "line": line, "character": column },
        });
        self.ask(method, &place)
    }

    /// The source is changed.
    fn write(&mut self, source: &str) {
        if self.source == source {
            return;
        }
        source.clone_into(&mut self.source);
        self.sent += 1;
        self.tell(
            "textDocument/didChange",
            &json!({
                "textDocument": { "uri": self.file, "version": self.sent },
                "contentChanges": [{ "text": source }],
            }),
        );
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks until it is not interrupted by a change that it has not taken in.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        loop {
            self.sent += 1;
            let id = self.sent;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let heard = self.hear();
                if heard["id"] == id && heard.get("method").is_none() {
                    break heard;
                }
            };
            match answer.get("error") {
                None => return answer["result"].clone(),
                Some(error) => {
                    let changed = [-32801, -32802].map(Value::from);
                    assert!(changed.contains(&error["code"]), "{method}: {error}");
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let written = write!(
            self.requests,
            "Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        written
            .and_then(|()| self.requests.flush())
            .expect("it listens");
    }

    /// The next message; what it asks for is answered with nothing.
    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.answers.read_line(&mut line).expect("it speaks");
            assert!(read > 0, "rust-analyzer has ended");
            if let Some(said) = line.strip_prefix("Content-Length: ") {
                length = said.trim().parse().expect("a length is a number");
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.answers.read_exact(&mut body).expect("it speaks");
        let message: Value = serde_json::from_slice(&body).expect("a message is JSON");
        if let (Some(id), Some(_)) = (message.get("id"), message.get("method")) {
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
        }
        message
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        end(&self.server);
    }
}

fn end(server: &Mutex<Child>) {
    let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = server.kill();
    let _ = server.wait();
}

fn is_done(message: &Value) -> bool {
    let status = &message["params"];
    message["method"] == "experimental/serverStatus" && status["quiescent"] == true
}

/// A crate of its own, with the same dependencies as the workspace has.
fn project(source: &str) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let manifest = format!(
        "[package]\nname = \"edited\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nelectrician = {{ path = {:?} }}\n\n[workspace]\n",
        concat!(env!("CARGO_MANIFEST_DIR"), "/../electrician")
    );
    fs::create_dir_all(project.join("src")).expect("the directory can be written");
    fs::copy(LOCK, project.join("Cargo.lock")).expect("it is copied");
    fs::write(project.join("Cargo.toml"), manifest).expect("it is written");
    fs::write(project.join("src/lib.rs"), source).expect("it is written");
    project
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
