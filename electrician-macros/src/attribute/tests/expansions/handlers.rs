use super::draws;

#[test]
fn a_plain_handler() {
    insta::assert_snapshot!(draws("#[handler] pub fn parse(line: &str) -> Result<Order, ParseError> { line.parse() }"), @r#"
    pub fn parse(line: &str) -> Result<Order, ParseError> {
        line.parse()
    }
    #[doc(hidden)]
    #[allow(
        non_camel_case_types,
        dead_code,
        unreachable_pub,
        missing_debug_implementations,
        missing_copy_implementations
    )]
    pub struct parse {}
    #[automatically_derived]
    #[allow(
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        deprecated,
        unreachable_code,
        private_bounds,
        private_interfaces
    )]
    impl<__Item> ::electrician::__private::Handler<__Item, Order, ParseError, ()> for parse
    where
        __Item: ::electrician::__private::LentAs<str, Part = str>
            + ::electrician::__private::Lendable + 'static,
    {
        const ONE: ::electrician::__private::std::primitive::bool = true;
        const PLAIN: ::electrician::__private::std::primitive::bool = true;
        const ALWAYS: ::electrician::__private::std::primitive::bool = false;
        const BLOCKING: ::electrician::__private::std::primitive::bool = false;
        type Mode = ::electrician::__private::ByRef;
        type Slot = ();
        fn slot(&self, __args: &()) -> Self::Slot {
            ()
        }
        fn call<'__call>(
            __given: &'__call __Item,
            __slot: &'__call mut Self::Slot,
        ) -> impl ::electrician::__private::std::future::Future<
            Output = ::electrician::__private::Result<
                impl ::electrician::__private::Outputs<Order, ParseError>,
                ParseError,
            >,
        > + ::electrician::__private::Send
        where
            for<'__any> __Item: ::electrician::__private::Send,
            for<'__any> Order: ::electrician::__private::Send,
        {
            ::electrician::__private::at_once(move || <Self as ::electrician::__private::Handler<
                __Item,
                Order,
                ParseError,
                (),
            >>::plain(__slot)(__given))
        }
        #[inline]
        fn plain(
            __slot: &mut Self::Slot,
        ) -> impl for<'__call> ::electrician::__private::std::ops::FnMut(
            &'__call __Item,
        ) -> ::electrician::__private::Result<
                ::electrician::__private::Option<Order>,
                ParseError,
            > {
            move |__given| {
                ::electrician::__private::Result::map(
                    parse(
                        ::electrician::__private::std::borrow::Borrow::<str>::borrow(__given),
                    ),
                    |__gave| ::electrician::__private::Some(__gave),
                )
            }
        }
    }
    #[automatically_derived]
    impl ::electrician::__private::Takes<::electrician::__private::std::string::String>
    for parse {}
    const _: () = {
        #[allow(unused_imports)]
        use ::electrician::__private::Unaliased as _;
        ::electrician::__private::std::assert!(
            ! ::electrician::__private::Alias:: < Order > ::RESULT,
            "[E0824] this item is a `Result` whose error nobody would handle; put the `Result` outside, `Result<T, E>` or `Result<Option<T>, E>`, or write `#[handler(item)]` if the whole is the item"
        );
        ::electrician::__private::std::assert!(
            ! ::electrician::__private::Alias:: < Order > ::OPTION,
            "[E0826] this alias hides an `Option`; write `#[handler(optional)]`, or `#[handler(fallible, item)]` if the option is the item"
        );
    };
    "#);
}

#[test]
#[allow(clippy::too_many_lines, reason = "it is one expansion")]
fn an_async_handler_with_arguments() {
    insta::assert_snapshot!(draws("#[handler] async fn charge(order: Order, gateway: &Gateway, tries: &mut u32, name: Name) { gateway.charge(order).await }"), @r#"
    async fn charge(order: Order, gateway: &Gateway, tries: &mut u32, name: Name) {
        gateway.charge(order).await
    }
    #[doc(hidden)]
    #[allow(
        non_camel_case_types,
        dead_code,
        unreachable_pub,
        missing_debug_implementations,
        missing_copy_implementations
    )]
    struct charge {}
    #[automatically_derived]
    #[allow(
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        deprecated,
        unreachable_code,
        private_bounds,
        private_interfaces
    )]
    impl<
        __A0,
        __A1,
        __A2,
    > ::electrician::__private::Handler<
        Order,
        ::electrician::__private::Nothing,
        ::electrician::__private::Infallible,
        (__A0, __A1, __A2),
    > for charge
    where
        __A0: ::electrician::__private::Shared,
        <__A0 as ::electrician::__private::Shared>::Handle: ::electrician::__private::Lend<
            Gateway,
            Part = Gateway,
        >,
        __A1: ::electrician::__private::Anew<u32>,
        for<'__any> <__A1 as ::electrician::__private::Own>::Own: ::electrician::__private::GoesAlong,
        __A2: ::electrician::__private::Shared,
        <__A2 as ::electrician::__private::Shared>::Handle: ::electrician::__private::Lend<
            Name,
            Part = Name,
        >,
        for<'__any> <<__A0 as ::electrician::__private::Shared>::Handle as ::electrician::__private::Lend<
            Gateway,
        >>::Part: ::electrician::__private::Common,
        for<'__any> <<__A2 as ::electrician::__private::Shared>::Handle as ::electrician::__private::Lend<
            Name,
        >>::Part: ::electrician::__private::Common,
    {
        const ONE: ::electrician::__private::std::primitive::bool = true;
        const PLAIN: ::electrician::__private::std::primitive::bool = false;
        const ALWAYS: ::electrician::__private::std::primitive::bool = false;
        const BLOCKING: ::electrician::__private::std::primitive::bool = false;
        type Mode = ::electrician::__private::ByValue;
        type Slot = (
            <__A0 as ::electrician::__private::Shared>::Handle,
            <__A1 as ::electrician::__private::Own>::Own,
            <__A2 as ::electrician::__private::Shared>::Handle,
        );
        fn slot(&self, __args: &(__A0, __A1, __A2)) -> Self::Slot {
            (
                ::electrician::__private::Shared::shared(&__args.0),
                ::electrician::__private::Anew::<u32>::anew(&__args.1),
                ::electrician::__private::Shared::shared(&__args.2),
            )
        }
        fn call<'__call>(
            __given: Order,
            __slot: &'__call mut Self::Slot,
        ) -> impl ::electrician::__private::std::future::Future<
            Output = ::electrician::__private::Result<
                impl ::electrician::__private::Outputs<
                    ::electrician::__private::Nothing,
                    ::electrician::__private::Infallible,
                >,
                ::electrician::__private::Infallible,
            >,
        > + ::electrician::__private::Send
        where
            for<'__any> Order: ::electrician::__private::Send,
        {
            ::electrician::__private::mapped(
                charge(
                    __given,
                    ::electrician::__private::Lend::<Gateway>::lend(&__slot.0),
                    &mut __slot.1,
                    <Name as ::electrician::__private::Clone>::clone(
                        ::electrician::__private::Lend::<Name>::lend(&__slot.2),
                    ),
                ),
                |()| ::electrician::__private::Ok(
                    ::electrician::__private::Maybe(::electrician::__private::None),
                ),
            )
        }
    }
    #[automatically_derived]
    impl ::electrician::__private::Takes<Order> for charge {}
    #[automatically_derived]
    impl ::electrician::__private::Waits for charge {}
    "#);
}

#[test]
fn an_async_handler_that_awaits_nothing_is_plain() {
    let drawn =
        draws("#[handler] async fn half(n: u64) -> Option<u64> { (n > 1).then_some(n / 2) }");
    assert!(drawn.contains("PLAIN: ::electrician::__private::std::primitive::bool = true;"));
    assert!(
        drawn.contains(
            "::electrician::__private::Ok(::electrician::__private::ready(half(__given)))"
        )
    );
    assert!(drawn.contains("impl ::electrician::__private::Waits for half"));
}

#[test]
fn a_generic_handler_of_many() {
    insta::assert_snapshot!(draws("#[handler(crate = wires)] fn parts<'a, T: Part>(whole: &'a [T], shop: &Shop) -> impl Iterator<Item = Result<T, Broken>> + 'a { }"), @r#"
    fn parts<'a, T: Part>(
        whole: &'a [T],
        shop: &Shop,
    ) -> impl Iterator<Item = Result<T, Broken>> + 'a {}
    #[doc(hidden)]
    #[allow(
        non_camel_case_types,
        dead_code,
        unreachable_pub,
        missing_debug_implementations,
        missing_copy_implementations
    )]
    struct parts {}
    #[automatically_derived]
    #[allow(
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        deprecated,
        unreachable_code,
        private_bounds,
        private_interfaces
    )]
    impl<
        __A0,
        T: Part,
    > wires::__private::Handler<wires::__private::std::vec::Vec<T>, T, Broken, (__A0,)>
    for parts
    where
        __A0: wires::__private::Shared,
        <__A0 as wires::__private::Shared>::Handle: wires::__private::Lend<
            Shop,
            Part = Shop,
        >,
        for<'__any> <<__A0 as wires::__private::Shared>::Handle as wires::__private::Lend<
            Shop,
        >>::Part: wires::__private::Common,
        T: wires::__private::Send + wires::__private::Sync + 'static,
    {
        const ONE: wires::__private::std::primitive::bool = false;
        const PLAIN: wires::__private::std::primitive::bool = false;
        const ALWAYS: wires::__private::std::primitive::bool = false;
        const BLOCKING: wires::__private::std::primitive::bool = false;
        type Mode = wires::__private::Lent;
        type Slot = (<__A0 as wires::__private::Shared>::Handle,);
        fn slot(&self, __args: &(__A0,)) -> Self::Slot {
            (wires::__private::Shared::shared(&__args.0),)
        }
        async fn call<'__call>(
            __given: &'__call wires::__private::std::vec::Vec<T>,
            __slot: &'__call mut Self::Slot,
        ) -> wires::__private::Result<impl wires::__private::Outputs<T, Broken>, Broken>
        where
            for<'__any> wires::__private::std::vec::Vec<T>: wires::__private::Send,
            for<'__any> T: wires::__private::Send,
        {
            wires::__private::Ok(
                wires::__private::TryIterated::new(
                    parts::<
                        T,
                    >(
                        wires::__private::std::borrow::Borrow::<[T]>::borrow(__given),
                        wires::__private::Lend::<Shop>::lend(&__slot.0),
                    ),
                ),
            )
        }
    }
    #[automatically_derived]
    impl<T: Part> wires::__private::Takes<wires::__private::std::vec::Vec<T>> for parts {}
    "#);
}
