use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        #[cfg(test)]
        handler audit;
        orders -> audit;
    }
}

fn main() {}
