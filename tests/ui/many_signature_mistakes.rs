use electrician::handler;

#[handler(blockin)]
async fn charge(_order: &mut u64, _gateway: &impl Fn(u64), _seen: &mut [u8]) -> ! {
    loop {}
}

fn main() {}
