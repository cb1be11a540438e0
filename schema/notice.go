package schema

import (
	"slices"
	"strings"
	"time"
)

// Kinds of outbox entries that hold a Notice.
const (
	OutgoingMail    = "notice.email"
	OutgoingWebhook = "notice.webhook"
)

// NoticeTopic is the subject of a notice. A person chooses topics for each of their destinations.
type NoticeTopic string

// The topics.
const (
	NoticeConfirm   NoticeTopic = "confirm"   // the code that confirms a destination; cannot be chosen
	NoticeVerdict   NoticeTopic = "verdict"   // a submission was graded after a long wait
	NoticeRegraded  NoticeTopic = "regraded"  // a regrade changed a score
	NoticeExtension NoticeTopic = "extension" // an extension was granted
	NoticeTests     NoticeTopic = "tests"     // an assignment's tests are broken; for staff
	NoticePool      NoticeTopic = "pool"      // runners of a flavour cannot start; for staff and administrators
)

// NoticeTopics returns the topics that can be chosen.
func NoticeTopics() []NoticeTopic {
	return []NoticeTopic{NoticeVerdict, NoticeRegraded, NoticeExtension, NoticeTests, NoticePool}
}

// Words describes a topic to a person.
func (t NoticeTopic) Words() string {
	switch t {
	case NoticeVerdict:
		return "a submission was graded after a long wait"
	case NoticeRegraded:
		return "a regrade changed a score"
	case NoticeExtension:
		return "an extension was granted"
	case NoticeTests:
		return "tests of an assignment are broken (staff)"
	case NoticePool:
		return "runners cannot start (staff and administrators)"
	}
	return string(t)
}

// ParseNoticeTopics checks names of topics. No name means every topic.
func ParseNoticeTopics(names []string) ([]NoticeTopic, error) {
	if len(names) == 0 {
		return NoticeTopics(), nil
	}
	var chosen []NoticeTopic
	for _, name := range names {
		topic := NoticeTopic(name)
		if !slices.Contains(NoticeTopics(), topic) {
			return nil, Errorf(CodeInvalid, "there is no topic %q; use %s", Excerpt(Sanitize(name), 40), topicNames(NoticeTopics()))
		}
		if !slices.Contains(chosen, topic) {
			chosen = append(chosen, topic)
		}
	}
	return chosen, nil
}

func topicNames(all []NoticeTopic) string {
	names := make([]string, 0, len(all))
	for _, t := range all {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// NoticeChannel is how notices reach a destination.
type NoticeChannel string

// The channels.
const (
	NoticeMail    NoticeChannel = "email"
	NoticeWebhook NoticeChannel = "webhook"
)

// ParseNoticeChannel checks the name of a channel.
func ParseNoticeChannel(name string) (NoticeChannel, error) {
	switch c := NoticeChannel(name); c {
	case NoticeMail, NoticeWebhook:
		return c, nil
	}
	return "", Errorf(CodeInvalid, "there is no channel %q; use email or webhook", Excerpt(Sanitize(name), 40))
}

// Outgoing returns the kind of a channel's outbox entries.
func (c NoticeChannel) Outgoing() string {
	if c == NoticeWebhook {
		return OutgoingWebhook
	}
	return OutgoingMail
}

// NoticeDestination is an address that receives a person's notices. Until it is confirmed, it
// receives only the code that confirms it.
type NoticeDestination struct {
	ID          int64
	UserID      int64
	Channel     NoticeChannel
	Address     string // an e-mail address, or the URL of a webhook
	Topics      []NoticeTopic
	Secret      string // signs the calls of a webhook; "" for e-mail
	Unsubscribe string // secret of the link that removes the destination without a sign-in
	MadeAt      time.Time
	ConfirmedAt time.Time // zero: not yet
}

// Confirmed reports whether the owner confirmed the destination.
func (d NoticeDestination) Confirmed() bool { return !d.ConfirmedAt.IsZero() }

// Notice describes an event in an outbox entry for one destination. Its text is composed at
// delivery, so that it contains only what the reader may see at that time.
type Notice struct {
	Destination int64          `json:"destination"`
	Topic       NoticeTopic    `json:"topic"`
	Code        string         `json:"code,omitempty"`       // NoticeConfirm
	Submission  SubmissionName `json:"submission,omitzero"`  // NoticeVerdict
	Waited      time.Duration  `json:"waited,omitempty"`     // NoticeVerdict: from its queueing to the verdict, in nanoseconds
	Assignment  string         `json:"assignment,omitempty"` // COURSE/ASSIGNMENT, for the topics below
	Owner       string         `json:"owner,omitempty"`      // NoticeRegraded, NoticeExtension
	Extension   int64          `json:"extension,omitempty"`  // NoticeExtension: its id
	Version     int            `json:"version,omitempty"`    // NoticeTests
	Failing     bool           `json:"failing,omitempty"`    // NoticeTests: the active version fails on submissions; false: the gate failed
	Flavour     string         `json:"flavour,omitempty"`    // NoticePool
	Why         string         `json:"why,omitempty"`        // NoticePool: why runners do not start
}

// NoticeMessage is a composed notice with only what its reader may see.
type NoticeMessage struct {
	To         NoticeDestination `json:"-"`
	Topic      NoticeTopic       `json:"topic"`
	Subject    string            `json:"subject"`              // one line
	Text       []string          `json:"text"`                 // sentences, one line each
	Page       string            `json:"page,omitempty"`       // path below the site's root, with a leading slash
	Code       string            `json:"code,omitempty"`       // NoticeConfirm
	Submission string            `json:"submission,omitempty"` // COURSE/ASSIGNMENT/OWNER/N
	Assignment string            `json:"assignment,omitempty"` // COURSE/ASSIGNMENT
	Flavour    string            `json:"flavour,omitempty"`
}

// PoolNews holds the result of a check of the pools.
type PoolNews struct {
	Failing map[string]string // why runners cannot be started, one line, by flavour
	Unsure  []string          // flavours whose state changed lately; every other flavour works
}
