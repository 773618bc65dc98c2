//! What stands behind a stage that does not pass its checks: the compiler has said why, and says nothing of what follows.

/// Methods whose result may be anything: the types around them are no mistake of their own.
macro_rules! silent {
    ($($name:ident($($argument:ident),*);)*) => {
        $(
            #[doc(hidden)]
            pub fn $name<T $(, $argument)*>(&self $(, _: $argument)*) -> T {
                unreachable!("a stage that does not fit is not compiled")
            }
        )*
    };
}

/// A stage as it is found where its own bounds do not hold: a definition derefs to it, so that a method of the definition
/// is looked for here once it is known not to be there.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unfit;

#[allow(non_camel_case_types, reason = "an argument is named as its type is")]
impl Unfit {
    silent! {
        edge(run, plan);
        enter(run, input, name, buffer);
        errors();
        input();
        intake(edges);
        is_blocking();
        join(run, name, inputs, output);
        lanes(run, plan, key);
        leave(run, output, name, edges);
        link();
        is_one();
        is_plain();
        lone_workers(run, place, count, edges, ways, fail);
        open(slot);
        order(workers);
        output();
        passed();
        pool(edges, workers);
        protected_workers(run, place, count, edges, ways, fail);
        queued_pool(edges, workers);
        quick_pool(edges, workers);
        slot();
        stage();
        start();
        tasks(workers, blocking, in_passes);
    }
}

/// Lets what the bounds of a type do not allow be found at an [`Unfit`].
macro_rules! unfit {
    ($type:ident<$($param:ident),*>) => {
        impl<$($param),*> ::std::ops::Deref for $type<$($param),*> {
            type Target = $crate::stage::Unfit;
            fn deref(&self) -> &Self::Target {
                &$crate::stage::Unfit
            }
        }
    };
}

pub(crate) use unfit;
