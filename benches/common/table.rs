//! The rows, printed: the goals first, then what an item costs.

use super::{
    callgrind::{self, Workload},
    options::Options,
    rounds::{Cost, share_of_a_core},
    row::Row,
};

const WORK: usize = 62;
const BASELINE: usize = 34;

/// Measures and prints what was asked for; the columns are what each row was measured in.
pub(crate) fn print<M: FnOnce() -> Vec<Row>>(
    columns: [&str; 2],
    options: &Options,
    goals: impl IntoIterator<Item = (u8, M)>,
    workloads: &[Workload],
) -> Vec<Row> {
    let mut rows = Vec::new();
    print_head(columns);
    for (number, measure) in goals {
        if options.wants(&number.to_string()) {
            let measured = measure();
            measured.iter().for_each(print_row);
            rows.extend(measured);
        }
    }
    print_costs(columns, &rows);
    if options.wants("callgrind") {
        callgrind::print(workloads);
    }
    print_verdict(&rows);
    rows
}

fn print_head([one, two]: [&str; 2]) {
    print_quiet();
    println!(
        "goal | {:WORK$} | {:BASELINE$} | {:15} | {one:14} | {two:14} | met",
        "work", "held against", "goal"
    );
}

fn print_row(row: &Row) {
    let [one, two] = row
        .figures
        .map(|figure| figure.map_or("–".to_owned(), |figure| row.limit.figure(figure)));
    println!(
        "{:4} | {:WORK$} | {:BASELINE$} | {:15} | {one:14} | {two:14} | {}",
        row.goal,
        row.work,
        row.baseline,
        row.limit.goal(),
        if row.is_met() { "met" } else { "NOT MET" }
    );
}

/// What an item costs both sides, wall and CPU, so that nothing wins by spinning.
fn print_costs([one, two]: [&str; 2], rows: &[Row]) {
    if rows.iter().all(|row| row.costs.iter().all(Option::is_none)) {
        return;
    }
    println!("\nns an item (CPU ns an item), and what it is held against");
    println!(
        "goal | {:WORK$} | {:BASELINE$} | {one:41} | {two}",
        "work", "held against"
    );
    for row in rows
        .iter()
        .filter(|row| row.costs.iter().any(Option::is_some))
    {
        let [one, two] = row.costs.map(|costs| {
            costs.map_or("–".to_owned(), |[contender, baseline]| {
                format!("{:>18} : {:<20}", cost(contender), cost(baseline))
            })
        });
        println!(
            "{:4} | {:WORK$} | {:BASELINE$} | {one:41} | {two}",
            row.goal, row.work, row.baseline
        );
    }
}

fn cost(cost: Cost) -> String {
    if cost.cpu.is_nan() {
        return short(cost.wall);
    }
    format!("{} ({})", short(cost.wall), short(cost.cpu))
}

/// Three digits, or all before the point.
fn short(figure: f64) -> String {
    let digits = if figure < 10.0 {
        2
    } else {
        usize::from(figure < 100.0)
    };
    format!("{figure:.digits$}")
}

fn print_verdict(rows: &[Row]) {
    let met = rows.iter().filter(|row| row.is_met()).count();
    println!("\n{met} of {} rows met", rows.len());
    print_quiet();
}

/// Figures of a machine that does something else at the same time are worth less; so the table says it.
fn print_quiet() {
    let percent = share_of_a_core() * 100.0;
    println!("a thread that only computes has {percent:.0} % of a core");
}
