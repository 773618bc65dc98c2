use electrician::handler;

struct Gateway;

impl Gateway {
    #[handler]
    fn charge(&self, order: u64) -> u64 {
        order
    }
}

fn main() {}
