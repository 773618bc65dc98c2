use super::draws;

#[test]
fn a_generator_with_an_outlet() {
    insta::assert_snapshot!(draws("#[generator] async fn poll(feed: Feed, mut out: Outlet<String>) -> Result<(), FeedError> { }"), @r#"
    async fn poll(feed: Feed, mut out: Outlet<String>) -> Result<(), FeedError> {}
    #[doc(hidden)]
    #[allow(
        non_camel_case_types,
        dead_code,
        unreachable_pub,
        missing_debug_implementations,
        missing_copy_implementations
    )]
    struct poll {}
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
    impl<__A0> ::electrician::__private::Generator<String, FeedError, (__A0,)> for poll
    where
        __A0: ::electrician::__private::Anew<Feed>,
        for<'__any> <__A0 as ::electrician::__private::Own>::Own: ::electrician::__private::GoesAlong,
    {
        const BLOCKING: ::electrician::__private::std::primitive::bool = false;
        const PUSHES: ::electrician::__private::std::primitive::bool = true;
        type Slot = (
            ::electrician::__private::Option<<__A0 as ::electrician::__private::Own>::Own>,
        );
        fn slot(&self, __args: &(__A0,)) -> Self::Slot {
            (
                ::electrician::__private::Some(
                    ::electrician::__private::Anew::<Feed>::anew(&__args.0),
                ),
            )
        }
        fn open(
            __slot: &mut Self::Slot,
            __outlet: ::electrician::__private::Outlet<String>,
        ) -> impl ::electrician::__private::Outputs<
            String,
            FeedError,
        > + ::electrician::__private::Send
        where
            for<'__any> String: ::electrician::__private::Send,
        {
            ::electrician::__private::Pushed::<
                String,
                FeedError,
                _,
            >::new(
                &__outlet,
                |__outlet| async move {
                    poll(
                            ::electrician::__private::Option::expect(
                                ::electrician::__private::Option::take(&mut __slot.0),
                                "a run is opened once",
                            ),
                            __outlet,
                        )
                        .await
                },
            )
        }
    }
    "#);
}

#[test]
fn a_generator_that_is_asked() {
    insta::assert_snapshot!(draws("#[generator(every = \"1s\")] fn read(meter: &Meter) -> Option<u64> { }"), @r#"
    fn read(meter: &Meter) -> Option<u64> {}
    #[doc(hidden)]
    #[allow(
        non_camel_case_types,
        dead_code,
        unreachable_pub,
        missing_debug_implementations,
        missing_copy_implementations
    )]
    struct read {}
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
    > ::electrician::__private::Generator<u64, ::electrician::__private::Infallible, (__A0,)>
    for read
    where
        __A0: ::electrician::__private::Shared,
        <__A0 as ::electrician::__private::Shared>::Handle: ::electrician::__private::Lend<
            Meter,
            Part = Meter,
        >,
    {
        const BLOCKING: ::electrician::__private::std::primitive::bool = false;
        const PUSHES: ::electrician::__private::std::primitive::bool = true;
        type Slot = (<__A0 as ::electrician::__private::Shared>::Handle,);
        fn slot(&self, __args: &(__A0,)) -> Self::Slot {
            (::electrician::__private::Shared::shared(&__args.0),)
        }
        fn open(
            __slot: &mut Self::Slot,
            __outlet: ::electrician::__private::Outlet<u64>,
        ) -> impl ::electrician::__private::Outputs<
            u64,
            ::electrician::__private::Infallible,
        > + ::electrician::__private::Send
        where
            for<'__any> u64: ::electrician::__private::Send,
        {
            const PERIOD: ::electrician::__private::Duration = ::electrician::__private::Duration::from_nanos(
                1000000000,
            );
            ::electrician::__private::Polls::<
                u64,
                ::electrician::__private::Infallible,
                _,
            >::every(
                PERIOD,
                &__outlet,
                |mut __ticks| async move {
                    loop {
                        __ticks.tick().await;
                        let __found = read(
                            ::electrician::__private::Lend::<Meter>::lend(&__slot.0),
                        );
                        if !__ticks.found(__found).await {
                            return ::electrician::__private::Ok(());
                        }
                    }
                },
            )
        }
    }
    "#);
}
