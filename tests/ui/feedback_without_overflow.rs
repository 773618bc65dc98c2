use electrician::pipeline;

pipeline! {
    Shop {
        generator pages;
        handler crawl;
        pages -> crawl;
        crawl -> crawl with { feedback, buffer: 64 };
    }
}

fn main() {}
