//! Statements: what a rule matches. A statement may hold others, down to a fixed depth: a type for each level keeps the schema finite.

mod field;
// Some old configurations are deprecated, and in use.
#[allow(deprecated)]
mod managed;
mod matching;
mod rate;

use aws_sdk_wafv2::types as sdk;
use pulumi_plugin::{Error, Property, Result};

pub use self::field::*;
pub use self::managed::*;
pub use self::matching::*;
pub use self::rate::*;
use super::piece::{Piece, untold};

/// How deep statements can be nested: the rule's own, and those below it.
const DEPTH: usize = 5;

/// What is written of a statement, and not of those that it holds.
fn bare() -> sdk::Statement {
    sdk::Statement::builder().build()
}

/// A statement that no level has: one that this provider doesn't know, or one that is nested too deep.
fn strange(told: &sdk::Statement) -> Error {
    let what = match told {
        sdk::Statement { and_statement: None, or_statement: None, not_statement: None, .. } => {
            "a statement that is not known here".to_owned()
        }
        _ => format!("statements that are nested more than {DEPTH} deep"),
    };
    Error::new(format!("AWS tells {what}")).hint("a newer version of the provider may know it")
}

/// A level: its statement, and its `and`, `or` and `not` over statements of the level below.
macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $and:ident, $or:ident, $not:ident, $below:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
        pub struct $name {
            /// One that matches by itself.
            #[prop(flatten)]
            pub matching: MatchStatement,
            /// The AND statement: all of several must match.
            pub and_statement: Option<$and>,
            /// The OR statement: one of several must match.
            pub or_statement: Option<$or>,
            /// The NOT statement: another must not match.
            pub not_statement: Option<$not>,
        }

        logical! { $and, $or, $not, $below }

        impl Piece for $name {
            type Aws = sdk::Statement;
            fn write(&self) -> Result<Option<sdk::Statement>> {
                let mut written = self.matching.write()?.unwrap_or_else(bare);
                written.and_statement = self.and_statement.write()?;
                written.or_statement = self.or_statement.write()?;
                written.not_statement = self.not_statement.write()?;
                Ok(Some(written))
            }
            fn read(told: Option<sdk::Statement>) -> Result<Self> {
                let mut told = told.ok_or_else(|| untold("statement"))?;
                Ok($name {
                    and_statement: Piece::read(told.and_statement.take())?,
                    or_statement: Piece::read(told.or_statement.take())?,
                    not_statement: Piece::read(told.not_statement.take())?,
                    matching: MatchStatement::read(Some(told))?,
                })
            }
        }
    };
}

/// The `and`, `or` and `not` of a level.
macro_rules! logical {
    ($and:ident, $or:ident, $not:ident, $below:ident) => {
        super::piece::piece! {
            /// An AND statement: all of several statements must match.
            $and = sdk::AndStatement, ok {
                /// The statements: two at least.
                #[prop(min = 2)]
                statements set_statements: Vec<$below>,
            }
            /// An OR statement: one of several statements must match.
            $or = sdk::OrStatement, ok {
                /// The statements: two at least.
                #[prop(min = 2)]
                statements set_statements: Vec<$below>,
            }
        }

        /// A NOT statement: another statement must not match.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
        pub struct $not {
            /// The statement.
            pub statement: $below,
        }

        impl Piece for $not {
            type Aws = sdk::NotStatement;
            fn write(&self) -> Result<Option<sdk::NotStatement>> {
                let inner = self.statement.write()?.map(Box::new);
                Ok(Some(sdk::NotStatement::builder().set_statement(inner).build()))
            }
            fn read(told: Option<sdk::NotStatement>) -> Result<Self> {
                let inner = told.and_then(|told| told.statement).map(|inner| *inner);
                Ok($not { statement: <$below as Piece>::read(inner)? })
            }
        }
    };
}

level! {
    /// A statement in a rule's own: exactly one of these.
    StatementL2, AndStatementL2, OrStatementL2, NotStatementL2, StatementL3
}

level! {
    /// A statement in a statement of a rule's own: exactly one of these.
    StatementL3, AndStatementL3, OrStatementL3, NotStatementL3, StatementL4
}

level! {
    /// A statement three levels below a rule's own: exactly one of these.
    StatementL4, AndStatementL4, OrStatementL4, NotStatementL4, MatchStatement
}

logical! { AndStatement, OrStatement, NotStatement, StatementL2 }

/// A rule's statement: exactly one of these. Statements can be nested five deep, the rule's own included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Property)]
pub struct Statement {
    /// One that matches by itself.
    #[prop(flatten)]
    pub matching: MatchStatement,
    /// The AND statement: all of several must match.
    pub and_statement: Option<AndStatement>,
    /// The OR statement: one of several must match.
    pub or_statement: Option<OrStatement>,
    /// The NOT statement: another must not match.
    pub not_statement: Option<NotStatement>,
    /// The rate-based statement: counts requests, and matches those of whoever sends too many.
    pub rate_based_statement: Option<RateBasedStatement>,
    /// The managed rule group statement: the rules of AWS or of a seller in the AWS Marketplace. Not in a rule group.
    pub managed_rule_group_statement: Option<ManagedRuleGroupStatement>,
    /// The rule group reference statement: the rules of a rule group. Not in a rule group.
    pub rule_group_reference_statement: Option<RuleGroupReferenceStatement>,
}

impl Piece for Statement {
    type Aws = sdk::Statement;
    fn write(&self) -> Result<Option<sdk::Statement>> {
        let mut written = self.matching.write()?.unwrap_or_else(bare);
        written.and_statement = self.and_statement.write()?;
        written.or_statement = self.or_statement.write()?;
        written.not_statement = self.not_statement.write()?;
        written.rate_based_statement = self.rate_based_statement.write()?;
        written.managed_rule_group_statement = self.managed_rule_group_statement.write()?;
        written.rule_group_reference_statement = self.rule_group_reference_statement.write()?;
        Ok(Some(written))
    }
    fn read(told: Option<sdk::Statement>) -> Result<Self> {
        let mut told = told.ok_or_else(|| untold("statement"))?;
        Ok(Statement {
            and_statement: Piece::read(told.and_statement.take())?,
            or_statement: Piece::read(told.or_statement.take())?,
            not_statement: Piece::read(told.not_statement.take())?,
            rate_based_statement: Piece::read(told.rate_based_statement.take())?,
            managed_rule_group_statement: Piece::read(told.managed_rule_group_statement.take())?,
            rule_group_reference_statement: Piece::read(told.rule_group_reference_statement.take())?,
            matching: MatchStatement::read(Some(told))?,
        })
    }
}
