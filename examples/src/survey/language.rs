//! A path comes in, the language of what should be there goes out.

use std::fmt;
use std::path::Path;

/// A programming language or a text format, by its usual name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(&'static str);

/// Name, whole file names, extensions, interpreters.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// All in lower case, since lookups are.
const TABLE: &[Row] = &[
    ("Assembly", &[], &["asm", "s"], &[]),
    ("C", &[], &["c", "h"], &[]),
    ("C#", &[], &["cs"], &[]),
    ("C++", &[], &["cc", "cpp", "cxx", "hh", "hpp", "hxx"], &[]),
    ("CMake", &["cmakelists.txt"], &["cmake"], &[]),
    ("CSS", &[], &["css", "less", "sass", "scss"], &[]),
    ("CSV", &[], &["csv", "tsv"], &[]),
    ("Dart", &[], &["dart"], &[]),
    (
        "Dockerfile",
        &["containerfile", "dockerfile"],
        &["dockerfile"],
        &[],
    ),
    ("Elixir", &[], &["ex", "exs"], &["elixir"]),
    ("Erlang", &[], &["erl", "hrl"], &["escript"]),
    ("Go", &["go.mod", "go.sum"], &["go"], &[]),
    ("HTML", &[], &["htm", "html", "xhtml"], &[]),
    ("Haskell", &[], &["hs", "lhs"], &["runhaskell"]),
    (
        "INI",
        &[".editorconfig", ".gitconfig"],
        &["cfg", "conf", "ini", "properties"],
        &[],
    ),
    (
        "JSON",
        &[],
        &["json", "json5", "jsonc", "jsonl", "ndjson"],
        &[],
    ),
    ("Java", &[], &["java"], &[]),
    (
        "JavaScript",
        &[],
        &["cjs", "js", "jsx", "mjs"],
        &["bun", "deno", "node"],
    ),
    ("Julia", &[], &["jl"], &["julia"]),
    ("Kotlin", &[], &["kt", "kts"], &[]),
    ("Lua", &[], &["lua"], &["lua", "luajit"]),
    (
        "Make",
        &["gnumakefile", "makefile"],
        &["mak", "mk"],
        &["make"],
    ),
    ("Markdown", &[], &["markdown", "md", "mdx"], &[]),
    ("Nix", &[], &["nix"], &[]),
    ("OCaml", &["dune"], &["ml", "mli"], &["ocaml"]),
    ("PHP", &[], &["php"], &["php"]),
    ("Perl", &[], &["pl", "pm", "t"], &["perl"]),
    (
        "Plain text",
        &[
            "authors",
            "changelog",
            "copying",
            "license",
            "notice",
            "readme",
        ],
        &["text", "txt"],
        &[],
    ),
    ("Protocol Buffers", &[], &["proto"], &[]),
    ("Python", &[], &["py", "pyi", "pyw"], &["pypy", "python"]),
    ("R", &[], &["r"], &["rscript"]),
    (
        "Ruby",
        &["gemfile", "rakefile"],
        &["gemspec", "rake", "rb"],
        &["ruby"],
    ),
    ("Rust", &[], &["rs"], &["cargo", "rust-script"]),
    ("SQL", &[], &["sql"], &[]),
    ("SVG", &[], &["svg"], &[]),
    ("Scala", &[], &["sbt", "sc", "scala"], &["scala"]),
    (
        "Shell",
        &[".bashrc", ".profile", ".zshrc"],
        &["bash", "fish", "sh", "zsh"],
        &["bash", "dash", "fish", "ksh", "sh", "zsh"],
    ),
    ("Swift", &[], &["swift"], &["swift"]),
    (
        "TOML",
        &["cargo.lock", "poetry.lock", "uv.lock"],
        &["toml"],
        &[],
    ),
    ("TeX", &[], &["bib", "cls", "sty", "tex"], &[]),
    ("Terraform", &[], &["hcl", "tf", "tfvars"], &[]),
    ("TypeScript", &[], &["cts", "mts", "ts", "tsx"], &["tsx"]),
    ("Vue", &[], &["vue"], &[]),
    ("XML", &[], &["xml", "xsd", "xsl", "xslt"], &[]),
    ("YAML", &[], &["yaml", "yml"], &[]),
    ("Zig", &[], &["zig", "zon"], &[]),
    ("reStructuredText", &[], &["rst"], &[]),
];

impl Language {
    /// What is not text.
    pub const BINARY: Self = Self("(binary)");
    /// Text whose name says nothing.
    pub const OTHER: Self = Self("(other text)");

    /// The usual name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The language that a file's name promises, without a look inside.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        find(|(_, names, _, _)| names.contains(&&*name))
            .or_else(|| find(|(_, _, extensions, _)| extensions.contains(&extension)))
    }

    /// The language that the first line of a script asks for.
    pub fn of_script(bytes: &[u8]) -> Option<Self> {
        let line = bytes
            .strip_prefix(b"#!")?
            .split(|&byte| byte == b'\n')
            .next()?;
        let mut words = str::from_utf8(line).ok()?.split_ascii_whitespace();
        let first = words.next()?.rsplit('/').next()?;
        let asked = if first == "env" {
            words.find(|word| !is_for_env(word))?
        } else {
            first
        };
        let bare = asked
            .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
            .to_ascii_lowercase();
        find(|(_, _, _, interpreters)| interpreters.contains(&&*bare))
    }
}

/// Options and assignments that `env` takes before the program.
fn is_for_env(word: &str) -> bool {
    word.starts_with('-') || word.contains('=')
}

fn find(is_it: impl Fn(&Row) -> bool) -> Option<Language> {
    TABLE
        .iter()
        .find(|row| is_it(row))
        .map(|row| Language(row.0))
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<&'static str> {
        Language::of_path(Path::new(path)).map(Language::name)
    }

    fn script(line: &str) -> Option<&'static str> {
        Language::of_script(line.as_bytes()).map(Language::name)
    }

    #[test]
    fn whole_names_come_before_extensions() {
        assert_eq!(named("a/CMakeLists.txt"), Some("CMake"));
        assert_eq!(named("a/notes.txt"), Some("Plain text"));
        assert_eq!(named("Cargo.lock"), Some("TOML"));
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(named("MAIN.RS"), Some("Rust"));
        assert_eq!(named("Makefile"), Some("Make"));
    }

    #[test]
    fn unknown_names_say_nothing() {
        assert_eq!(named("a.rs/unknown"), None);
        assert_eq!(named("file."), None);
        assert_eq!(named("/"), None);
    }

    #[test]
    fn scripts_say_what_they_are() {
        assert_eq!(script("#!/bin/sh\nls"), Some("Shell"));
        assert_eq!(
            script("#!/usr/bin/env -S FOO=1 python3.12 -u"),
            Some("Python")
        );
        assert_eq!(script("#! /usr/bin/perl -w"), Some("Perl"));
        assert_eq!(script("#!/usr/bin/env"), None);
        assert_eq!(script("# not a script"), None);
        assert_eq!(Language::of_script(b"#!/bin/\xff"), None);
    }

    #[test]
    fn no_key_stands_for_two_languages() {
        let mut keys = Vec::new();
        for (_, names, extensions, interpreters) in TABLE {
            keys.extend(names.iter().map(|key| ("name", *key)));
            keys.extend(extensions.iter().map(|key| ("extension", *key)));
            keys.extend(interpreters.iter().map(|key| ("interpreter", *key)));
        }
        let listed = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), listed);
    }
}
