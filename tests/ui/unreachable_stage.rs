use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler left;
        handler right;
        orders -> parse;
        left -> right;
        right -> left with { feedback, buffer: 64, overflow: fail };
    }
}

fn main() {}
