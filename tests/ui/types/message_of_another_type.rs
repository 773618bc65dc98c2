use electrician::operator::{Operator, answering};

fn main() {
    let operator = Operator::new();
    let parser = answering(async |text: String| text.parse::<u64>());
    let parser = operator.add("parser", parser).unwrap();
    let _ = parser.try_send(12);
}
