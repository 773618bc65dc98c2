//! The ratios of the table in, an SVG out: two bars a row, one for each column of the table, and the line of its goal.

use std::{fmt::Write, fs, path::Path, process::ExitCode};

use super::row::Row;

const WIDTH: f64 = 1180.0;
/// Where the scale begins.
const LEFT: f64 = 460.0;
/// What is left for the two columns of figures.
const RIGHT: f64 = 200.0;
/// The right ends of these columns.
const COLUMNS: [f64; 2] = [WIDTH - 112.0, WIDTH - 20.0];
const TOP: f64 = 96.0;
const HEIGHT_OF_ROW: f64 = 30.0;
const BAR: f64 = 9.0;

/// The ends of the scale, as ratios to the baseline. What lies beyond stops there.
const ENDS: (f64, f64) = (0.005, 8.0);
const TICKS: [(f64, &str); 10] = [
    (0.005, "1/200"),
    (0.01, "1/100"),
    (0.025, "1/40"),
    (0.05, "1/20"),
    (0.1, "1/10"),
    (0.25, "1/4"),
    (0.5, "1/2"),
    (1.0, "1"),
    (2.0, "2"),
    (5.0, "5"),
];

const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 17px; font-weight: 600 }
.small { font-size: 11px; fill: #57606a }
.back { fill: #ffffff }
.grid { stroke: #d0d7de }
.even { stroke: #57606a; stroke-dasharray: 3 3 }
.one { fill: #3b76b8 }
.two { fill: #8fb4dc }
.goal { stroke: #c2410c; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.small { fill: #9198a1 }
.back { fill: #0d1117 }
.grid { stroke: #30363d }
.even { stroke: #9198a1 }
.one { fill: #6aa5e6 }
.two { fill: #355c86 }
.goal { stroke: #f0883e }
}";

/// What the figures are of, and the columns of the table.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub(crate) each: &'static str,
    pub(crate) columns: [&'static str; 2],
}

/// Draws the rows that are ratios into a file, if one was asked for.
pub(crate) fn save(file: Option<&Path>, words: Words, rows: &[Row]) -> ExitCode {
    if let Some(file) = file
        && let Err(error) = fs::write(file, draw(words, rows))
    {
        eprintln!("{}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn draw(words: Words, rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.limit.is_ratio()).collect();
    let bottom = rows.iter().fold(TOP, |y, _| y + HEIGHT_OF_ROW);
    let height = bottom + 40.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"what {each} costs beside its baselines\">\n<style>{STYLE}</style>\n\
         <rect class=\"back\" width=\"{WIDTH}\" height=\"{height}\" rx=\"6\"/>\n",
        each = words.each
    );
    head(&mut svg, words);
    scale(&mut svg, bottom);
    for (row, y) in rows.iter().zip(std::iter::successors(Some(TOP), |y| {
        Some(y + HEIGHT_OF_ROW)
    })) {
        bars(&mut svg, row, y);
    }
    svg.push_str("</svg>\n");
    svg
}

fn head(svg: &mut String, Words { each, columns }: Words) {
    let [one, two] = columns;
    let title = format!("What {each} costs, as a share of the same work done otherwise");
    text(svg, (20.0, 32.0), "title", "start", &title);
    rect(svg, "one", (20.0, 48.0), 22.0);
    text(svg, (48.0, 57.0), "", "start", one);
    rect(svg, "two", (160.0, 48.0), 22.0);
    text(svg, (188.0, 57.0), "", "start", two);
    line(svg, "goal", (294.0, 44.0), (294.0, 60.0));
    text(svg, (302.0, 57.0), "", "start", "goal: bars end before it");
    for (column, name) in COLUMNS.into_iter().zip(columns) {
        text(svg, (column, TOP - 12.0), "small", "end", name);
    }
}

/// The class of each column's bar, and where it stands in its row.
const BARS: [(&str, f64); 2] = [("one", 4.0), ("two", 4.0 + BAR)];

fn scale(svg: &mut String, bottom: f64) {
    for (ratio, name) in TICKS {
        let class = if (ratio - 1.0).abs() < f64::EPSILON {
            "even"
        } else {
            "grid"
        };
        line(svg, class, (x_of(ratio), TOP - 6.0), (x_of(ratio), bottom));
        text(svg, (x_of(ratio), TOP - 12.0), "small", "middle", name);
        text(svg, (x_of(ratio), bottom + 18.0), "small", "middle", name);
    }
}

fn bars(svg: &mut String, row: &Row, y: f64) {
    let (work, baseline) = (&row.work, format!("beside {}", row.baseline));
    text(svg, (36.0, y + 12.0), "", "end", &row.goal.to_string());
    text(svg, (46.0, y + 12.0), "", "start", work);
    text(svg, (46.0, y + 24.0), "small", "start", &baseline);
    for (n, figure) in row.figures.iter().enumerate() {
        let Some(figure) = figure else { continue };
        let (class, top) = BARS[n];
        rect(svg, class, (LEFT, y + top), x_of(*figure) - LEFT);
        let said = row.limit.figure(*figure);
        text(svg, (COLUMNS[n], y + 17.0), "", "end", &said);
    }
    let goal = x_of(row.limit.most());
    line(svg, "goal", (goal, y + 2.0), (goal, y + 6.0 + 2.0 * BAR));
}

/// Where a ratio stands on the scale.
fn x_of(ratio: f64) -> f64 {
    let (least, most) = ENDS;
    let share = (ratio.clamp(least, most) / least).ln() / (most / least).ln();
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn rect(svg: &mut String, class: &str, (x, y): (f64, f64), width: f64) {
    let shape = format!(
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\"/>",
        BAR - 1.0
    );
    push(svg, &shape);
}

fn line(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let shape = format!(
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
    push(svg, &shape);
}

fn text(svg: &mut String, (x, y): (f64, f64), class: &str, anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let shape = format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
    );
    push(svg, &shape);
}

fn push(svg: &mut String, shape: &str) {
    writeln!(svg, "{shape}").expect("a string takes what it is given");
}
