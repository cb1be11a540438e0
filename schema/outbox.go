package schema

import "time"

// Outgoing is a message for another system: a status, an e-mail, a call of a webhook. It is
// enqueued in the transaction that caused it, and delivered later.
type Outgoing struct {
	// Kind selects the sender, such as "github.status". Kinds do not delay each other.
	Kind string
	// Key identifies what the message is about. An entry replaces a waiting one of the same
	// kind and key.
	Key string
	// Receiver names who gets it, such as a host. While a receiver does not answer or asks for
	// a pause, its entries of the kind wait.
	Receiver string
	// Body is the sender's input, usually JSON.
	Body []byte
	// Due is when to deliver it first; zero is now.
	Due time.Time
}

// OutboxEntry is an Outgoing as the store keeps it until it is delivered.
type OutboxEntry struct {
	ID int64
	Outgoing
	// Token is the idempotency key. It is the same for every attempt to deliver this content and
	// differs from that of any other content.
	Token string
	// Attempts counts the attempts that have begun, this one included. More than 1 means that
	// an earlier attempt may have reached the receiver.
	Attempts int
	// Failures counts the receiver's consecutive failures over all its entries.
	Failures  int
	MadeAt    time.Time
	LastError string    // of the latest attempt
	FailedAt  time.Time // when it was given up; zero: it waits
}

// Postponement says when an entry is tried again after a failed attempt.
type Postponement struct {
	Entry time.Time // when the entry is due again
	// Receiver is the time until which all entries for the receiver wait; zero: they do not.
	Receiver time.Time
	// Asked means that the receiver asked for the pause: neither it nor the entry has failed.
	Asked bool
	// Reached, set together with Asked, means that part of the attempt reached the receiver, so
	// that the attempt counts.
	Reached bool
	Reason  string
}
