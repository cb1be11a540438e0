// Package outbox delivers entries from the store to other systems: statuses, e-mails, calls of
// webhooks. An entry is enqueued in the transaction that caused it (schema.Outgoing), and stays
// until a Sender has delivered it. It is delivered at least once. Its Token is the same at each
// attempt, so that a receiver can recognise a repetition.
//
// States of an entry:
//
//	waiting ──▶ (being delivered) ──▶ delivered: removed
//	   ▲                │
//	   │                ├──▶ dropped: removed, nothing is left to deliver
//	   ├── postponed ◀──┤  a temporary failure, or a pause that the receiver asked for
//	   └── retried ◀── given up  a refusal, or MaxAge of temporary failures
//
// A newer entry of the same kind and key replaces an older one in any state. The entries for one
// receiver are delivered one after the other, so the newest entry of a key arrives last.
package outbox
