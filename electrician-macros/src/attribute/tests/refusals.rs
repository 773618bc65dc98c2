//! One mistake each, and a few together.

use super::{accepts, rejects};

#[test]
fn only_functions_are_marked() {
    rejects("#[handler] struct Order;", &[801]);
    rejects("#[generator] mod orders {}", &[801]);
    rejects("#[handler] fn f(&self, item: u64) {}", &[802]);
    rejects("#[handler] const fn f(item: u64) {}", &[803]);
    rejects("#[handler] unsafe fn f(item: u64) {}", &[803]);
    rejects(
        "#[generator] extern \"C\" fn f() -> impl Iterator<Item = u64> {}",
        &[803],
    );
    rejects(
        "#[handler] unsafe extern \"C\" fn f(item: u64, rest: ...) {}",
        &[803, 803, 804],
    );
}

#[test]
fn arguments_of_the_attribute_are_known() {
    rejects("#[handler(blocking = 3)] fn f(item: u64) {}", &[805]);
    rejects("#[handler(\"x\")] fn f(item: u64) {}", &[805]);
    rejects("#[handler(fallibel)] fn f(item: u64) {}", &[806]);
    rejects("#[handler(every = \"1s\")] fn f(item: u64) {}", &[806]);
    rejects(
        "#[generator(optional)] fn f() -> impl Iterator<Item = u64> {}",
        &[806],
    );
    rejects("#[handler(blocking, blocking)] fn f(item: u64) {}", &[807]);
    rejects(
        "#[handler(item, optional)] fn f(item: u64) -> Alias {}",
        &[808],
    );
    rejects("#[generator(every)] fn f() -> Option<u64> {}", &[809]);
    rejects(
        "#[generator(every = \"1 minute\")] fn f() -> Option<u64> {}",
        &[810],
    );
    rejects("#[generator(every = 1)] fn f() -> Option<u64> {}", &[810]);
    rejects(
        "#[generator(every = \"0s\")] fn f() -> Option<u64> {}",
        &[811],
    );
    accepts(
        "#[handler(crate = my::electrician, blocking, many, fallible,)] fn f(item: u64) -> Alias {}",
    );
}

#[test]
fn an_item_has_a_type_of_its_own() {
    rejects("#[handler] fn f() {}", &[812]);
    rejects("#[handler] fn f(item: &mut u64) {}", &[813]);
    rejects("#[handler] fn f(item: impl Display) {}", &[814]);
    rejects("#[handler] fn f(item: &Vec<impl Display>) {}", &[814]);
    accepts("#[handler] fn f((a, b): (u64, u64)) {}");
    accepts("#[handler] fn f(mut item: &'static str) -> &'static str {}");
}

#[test]
fn an_argument_has_a_type_of_its_own() {
    rejects("#[handler] fn f(item: u64, db: &impl Database) {}", &[815]);
    rejects(
        "#[handler] async fn f(item: u64, out: Outlet<u64>) {}",
        &[816],
    );
    rejects("#[handler] async fn f(out: &mut Outlet<u64>) {}", &[816]);
    rejects("#[handler] fn f(item: u64, buffer: &mut [u8]) {}", &[817]);
    rejects("#[handler] fn f(item: u64, text: &mut str) {}", &[817]);
    rejects("#[handler] fn f(item: u64, sink: &mut dyn Sink) {}", &[817]);
    rejects(
        "#[handler] fn f<'a>(item: &'a str, seen: &mut Vec<&'a str>) {}",
        &[818],
    );
}

#[test]
fn outputs_own_their_data() {
    rejects("#[handler] fn f(item: &str) -> &str {}", &[819]);
    rejects(
        "#[handler] fn f(item: &str) -> Option<Cow<'_, str>> {}",
        &[819],
    );
    rejects(
        "#[handler] fn f<'a>(item: &'a str) -> impl Iterator<Item = &'a str> {}",
        &[819],
    );
    rejects(
        "#[handler] fn f<'a>(item: &'a str) -> Result<u64, Error<'a>> {}",
        &[819],
    );
    rejects(
        "#[generator] fn f(list: &[String]) -> impl Iterator<Item = &str> {}",
        &[819],
    );
    accepts("#[handler] fn f<'a>(item: Cow<'a, str>) -> Cow<'a, str> {}");
    accepts("#[handler] fn f(item: &str) -> Box<dyn Fn(&str) -> &str> {}");
}

#[test]
fn outputs_have_names() {
    rejects("#[handler] fn f(item: u64) -> impl Display {}", &[820]);
    rejects(
        "#[handler] fn f(item: u64) -> impl Future<Output = u64> {}",
        &[820],
    );
    rejects(
        "#[handler] fn f(item: u64) -> Option<impl Display> {}",
        &[820],
    );
    rejects(
        "#[handler] fn f(item: u64) -> impl Iterator<Item = impl Display> {}",
        &[820],
    );
    rejects(
        "#[handler] fn f(item: u64) -> Result<impl Display, impl Error> {}",
        &[820, 820],
    );
    rejects("#[handler] fn f(item: u64) -> impl Iterator {}", &[821]);
    rejects("#[handler] fn f(item: u64) -> ! {}", &[822]);
    rejects("#[handler] fn f(item: u64) -> Result<!, Error> {}", &[822]);
}

#[test]
fn what_an_output_means_is_plain() {
    rejects(
        "#[handler] fn f(item: u64) -> Box<dyn Iterator<Item = u64> + Send> {}",
        &[823],
    );
    rejects(
        "#[handler] fn f(item: u64) -> Pin<Box<dyn Stream<Item = u64> + Send>> {}",
        &[823],
    );
    rejects(
        "#[handler] fn f(item: u64) -> BoxStream<'static, u64> {}",
        &[823],
    );
    accepts("#[handler(item)] fn f(item: u64) -> Box<dyn Iterator<Item = u64> + Send> {}");
    accepts("#[handler(many)] fn f(item: u64) -> BoxStream<'static, u64> {}");
    rejects(
        "#[handler] fn f(item: u64) -> Option<Result<u64, Error>> {}",
        &[824],
    );
    rejects(
        "#[handler] fn f(item: u64) -> Result<Result<u64, Error>, Error> {}",
        &[824],
    );
    accepts("#[handler(item)] fn f(item: u64) -> Option<Result<u64, Error>> {}");
}

#[test]
fn something_says_what_a_generic_is() {
    rejects("#[handler] fn f<T: Default>(item: u64) -> u64 {}", &[827]);
    rejects(
        "#[handler] fn f<T: Iterator>(item: u64) -> T::Item {}",
        &[827],
    );
    rejects(
        "#[generator] fn f<const N: usize>() -> impl Iterator<Item = u64> {}",
        &[827],
    );
    accepts("#[handler] fn f<T: FromStr>(item: &str) -> Option<T> {}");
    accepts("#[handler] fn f<D: Database>(item: u64, db: &D) {}");
    accepts("#[handler] fn f<I: IntoIterator<Item = T>, T>(item: I) {}");
}

#[test]
fn a_generator_gives_many() {
    rejects("#[generator] fn f() {}", &[828]);
    rejects("#[generator] fn f() -> u64 {}", &[828]);
    rejects("#[generator] fn f() -> Option<u64> {}", &[828]);
    rejects(
        "#[generator] async fn f() -> impl Stream<Item = u64> {}",
        &[829],
    );
    rejects(
        "#[generator] fn f() -> Result<impl Iterator<Item = u64>, Error> {}",
        &[830],
    );
    accepts("#[generator] fn f() -> BoxStream<'static, Result<u64, Error>> {}");
}

#[test]
fn a_generator_sends_through_its_outlet() {
    rejects("#[generator] fn f(out: Outlet<u64>) {}", &[831]);
    rejects("#[generator] async fn f(out: Outlet) {}", &[832]);
    rejects("#[generator] async fn f(out: &mut Outlet<u64>) {}", &[833]);
    rejects(
        "#[generator] async fn f(a: Outlet<u64>, b: Outlet<u64>) {}",
        &[834],
    );
    rejects(
        "#[generator(every = \"1s\")] async fn f(out: Outlet<u64>) -> Option<u64> {}",
        &[835],
    );
    rejects(
        "#[generator] async fn f(out: Outlet<u64>) -> u64 {}",
        &[836],
    );
    rejects(
        "#[generator] async fn f(out: Outlet<u64>) -> Result<u64, Error> {}",
        &[836],
    );
    accepts("#[generator] async fn f(mut out: electrician::Outlet<u64>) -> io::Result<()> {}");
}

#[test]
fn a_generator_that_is_asked_gives_one_or_none() {
    for given in [
        "",
        "-> ()",
        "-> u64",
        "-> Result<u64, Error>",
        "-> impl Iterator<Item = u64>",
        "-> Work",
    ] {
        rejects(
            &format!("#[generator(every = \"1s\")] fn f() {given} {{}}"),
            &[837],
        );
    }
    accepts("#[generator(every = \"1s\")] async fn f() -> Work<u64, Error> {}");
}

#[test]
fn all_mistakes_of_a_signature_come_at_once() {
    rejects(
        "#[handler(many)] async fn f(item: &mut u64, db: &impl Database, seen: &mut [u8]) -> ! {}",
        &[813, 815, 817, 822],
    );
}

#[test]
fn a_body_that_does_not_parse_is_given_back() {
    accepts("#[handler] fn f(item: u64) -> u64 { item. }");
}

#[test]
fn a_plus_at_the_end_of_a_type_does_not_reach_what_follows() {
    accepts("#[generator(many)] fn all() -> Items + { Items }");
}
