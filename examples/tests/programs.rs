//! The programs assert their own claims; here they are run.

use std::process::Command;

fn succeeds(program: &str) -> String {
    let output = Command::new(program).output().expect("it can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    said
}

#[test]
fn quickstart_keeps_its_promises() {
    assert!(succeeds(env!("CARGO_BIN_EXE_quickstart")).starts_with("Till: completed after"));
}

#[test]
fn checkout_keeps_its_promises() {
    let said = succeeds(env!("CARGO_BIN_EXE_checkout"));
    assert!(
        said.contains("half-open") && said.contains("Checkout: completed after"),
        "{said}"
    );
}

#[test]
fn operator_keeps_its_promises() {
    let said = succeeds(env!("CARGO_BIN_EXE_operator"));
    assert!(said.contains("watch ended clean"), "{said}");
}

#[test]
fn providers_keeps_its_promises() {
    let said = succeeds(env!("CARGO_BIN_EXE_providers"));
    assert!(
        said.contains("the main bank is replaced") && said.contains("closed fresh, closed steady"),
        "{said}"
    );
}
