use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { wrokers: 4 };
        orders -> parse;
    }
}

fn main() {}
