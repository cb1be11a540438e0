package course

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/grader/grader/schema"
)

const (
	// LongWait is the shortest time from queueing to verdict after which owners get a notice.
	LongWait = 10 * time.Minute
	// ManyOwners is the number of owners on whose work tests must fail before the staff gets a
	// notice.
	ManyOwners = 3
	// MaxDestinations is the maximum number of destinations for notices of an account.
	MaxDestinations = 5
	// MaxConfirmations is the maximum number of codes sent for an account within
	// ConfirmationPeriod.
	MaxConfirmations = 5
	// ConfirmationPeriod is the period in which MaxConfirmations are counted.
	ConfirmationPeriod = 24 * time.Hour
	// ConfirmationLife is how long a code that confirms a destination is valid.
	ConfirmationLife = 48 * time.Hour
	// maxNoticeURL bounds the URL of a webhook, in bytes.
	maxNoticeURL = 500
	// maxMailbox bounds an e-mail address, in bytes (RFC 5321, 4.5.3.1.3).
	maxMailbox = 254
)

// LongVerdict reports whether a verdict took so long that its owners get a notice.
func LongVerdict(queued, ended time.Time) bool { return ended.Sub(queued) >= LongWait }

// ScoreChanged reports whether the owner of two grades sees a difference between them.
func ScoreChanged(before, after schema.Grade) bool {
	b, a := RedactGrade(before, Access{}), RedactGrade(after, Access{})
	return !b.Final.Equal(a.Final) || !b.MaxScore.Equal(a.MaxScore)
}

// GetsTestNotices reports whether a member of a course gets notices about its tests: the staff does.
func GetsTestNotices(v Viewer) bool { return v.Staff() }

// GetsPoolNotices reports whether a person gets notices about the pool of a flavour. Administrators do,
// and the staff of courses whose assignments may run on it.
func GetsPoolNotices(who schema.User, enrolments []schema.Enrolment, flavour string) bool {
	return who.Admin || slices.ContainsFunc(enrolments, func(e schema.Enrolment) bool { return e.Role.Staff() && e.Course.Allows(flavour) })
}

// Destinations holds the counts that decide whether an account may have another destination for
// notices.
type Destinations struct {
	Count  int // destinations that the account has
	Recent int // codes that it was sent within ConfirmationPeriod
}

// MayAddDestination decides whether an account may have another destination, which receives a code.
// The limits keep an account from filling the mailboxes of others.
func MayAddDestination(d Destinations) error {
	switch {
	case d.Count >= MaxDestinations:
		return schema.Errorf(schema.CodeLimit, "you have %d addresses for notices, and %d are the most; remove one first", d.Count, MaxDestinations)
	case d.Recent >= MaxConfirmations:
		return schema.Errorf(schema.CodeLimit, "%d codes were sent for you within a day; try again tomorrow", d.Recent)
	}
	return nil
}

// ConfirmationEnd returns when the code that confirms a destination expires.
func ConfirmationEnd(d schema.NoticeDestination) time.Time { return d.MadeAt.Add(ConfirmationLife) }

// MayChooseNotices decides whether somebody may change their destinations for notices.
func MayChooseNotices(by schema.Actor) error {
	if by.User.ID == 0 {
		return schema.Errorf(schema.CodeForbidden, "notices belong to an account, and the operator has none; its owner chooses them over ssh: notify add email ADDRESS")
	}
	return MayEnter(by.User)
}

// NoticeAddress checks an address of a channel and returns it in the stored form: the host name in
// lower case, and the domain of an e-mail address in ASCII. insecure allows webhooks over plain
// HTTP.
func NoticeAddress(channel schema.NoticeChannel, text string, insecure bool) (string, error) {
	if channel == schema.NoticeWebhook {
		return webhookURL(text, insecure)
	}
	return mailbox(text)
}

// mailbox checks an e-mail address: LOCAL@DOMAIN, without a name and without quotes.
func mailbox(text string) (string, error) {
	bad := schema.Errorf(schema.CodeInvalid, "%q is not an e-mail address; write one such as alice@example.org", schema.Excerpt(schema.Sanitize(text), 80))
	if len(text) > maxMailbox || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`"<>(),;:\`, r)
	}) {
		return "", bad
	}
	if is, err := mail.ParseAddress(text); err != nil || is.Address != text {
		return "", bad
	}
	at := strings.LastIndexByte(text, '@')
	domain, err := idna.Lookup.ToASCII(text[at+1:])
	if err != nil || !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", bad
	}
	return text[:at+1] + domain, nil
}

// webhookURL checks the URL of a webhook. The addresses behind its host are checked at each call.
func webhookURL(text string, insecure bool) (string, error) {
	u, err := url.Parse(text)
	schemes := []string{"https"}
	if insecure {
		schemes = append(schemes, "http")
	}
	if err != nil || len(text) > maxNoticeURL || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return "", schema.Errorf(schema.CodeInvalid, "%q is not the URL of a webhook; write one such as https://example.org/grader, without a password and without #", schema.Excerpt(schema.Sanitize(text), 80))
	}
	u.Host = strings.ToLower(u.Host)
	return u.String(), nil
}
