use electrician::pipeline;

pipeline! {
    Shop {
        generator pages;
        handler crawl;
        pages -> crawl;
        crawl -> crawl with { feedback, overflow: drop_newest };
    }
}

fn main() {}
