package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/notify"
	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// composed holds the messages of a composer by destination.
type composed map[int64]schema.NoticeMessage

// Message implements notify.Composer.
func (c composed) Message(_ context.Context, is schema.Notice) (schema.NoticeMessage, string, error) {
	m, found := c[is.Destination]
	if !found {
		return m, "the destination was removed", nil
	}
	return m, "", nil
}

// bench is an outbox with the senders of this package. Its clock stands still.
type bench struct {
	*outbox.Worker
	t       *testing.T
	store   *store.Store
	at      time.Time
	message composed
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, at: time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC), message: composed{}}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "grader.db"), store.Options{Clock: b.clock})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	b.store = s
	b.Worker = &outbox.Worker{Store: s, Clock: b.clock, Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler), Senders: map[string]outbox.Sender{}}
	return b
}

func (b *bench) clock() time.Time { return b.at }

func (b *bench) mails(server notify.MailServer) {
	b.Senders[schema.OutgoingMail] = &notify.Mail{Composer: b.message, Server: server, From: "grader@example.edu", Site: func() string { return "https://grader.example.edu" }}
}

// add enqueues a notice for a destination.
func (b *bench) add(id int64, channel schema.NoticeChannel, m schema.NoticeMessage) {
	b.t.Helper()
	m.To.ID, m.To.Channel = id, channel
	if m.To.Unsubscribe == "" {
		m.To.Unsubscribe = fmt.Sprintf("STOP%d", id)
	}
	b.message[id] = m
	body, err := json.Marshal(schema.Notice{Destination: id, Topic: m.Topic})
	check(b.t, err)
	receiver := "mail server"
	if channel == schema.NoticeWebhook {
		receiver = fmt.Sprintf("#%d", id)
	}
	check(b.t, b.store.Enqueue(b.t.Context(), schema.Outgoing{Kind: channel.Outgoing(), Key: fmt.Sprintf("%d/x", id), Receiver: receiver, Body: body}))
}

func to(address string) schema.NoticeMessage {
	return schema.NoticeMessage{To: schema.NoticeDestination{Address: address}, Topic: schema.NoticeVerdict, Subject: "comp1/a1: graded", Text: []string{"Score: 1 of 2."}, Page: "/comp1/a1/alice/1"}
}

// deliver runs the worker once and returns when the next entry is due.
func (b *bench) deliver(kind string) time.Time {
	b.t.Helper()
	next, err := b.Deliver(b.t.Context(), kind)
	check(b.t, err)
	return next
}

// waiting returns the entries of the outbox.
func (b *bench) waiting() []schema.OutboxEntry {
	b.t.Helper()
	all, err := b.store.Outbox(b.t.Context(), 1000)
	check(b.t, err)
	return all
}

// TestMailIsPlainAndSaysHowToStop checks every header that a notice needs.
func TestMailIsPlainAndSaysHowToStop(t *testing.T) {
	t.Parallel()
	b, p := newBench(t), newPostOffice(t, false, false)
	server := p.settings()
	server.User, server.Password = "grader", "secret"
	b.mails(server)
	b.add(1, schema.NoticeMail, to("alice@example.org"))
	token := strings.ToLower(b.waiting()[0].Token)
	b.deliver(schema.OutgoingMail)
	got := p.taken()
	if len(got) != 1 || len(b.waiting()) != 0 {
		t.Fatalf("%d e-mails, and %d wait", len(got), len(b.waiting()))
	}
	for name, want := range map[string]string{
		"Subject": "[grader] comp1/a1: graded", "To": "<alice@example.org>", "From": `"grader" <grader@example.edu>`, "Auto-Submitted": "auto-generated",
		"Message-Id": "<" + token + "@example.edu>", "Date": "Mon, 14 Sep 2026 09:00:00 +0000", "Content-Type": "text/plain; charset=UTF-8",
		"List-Unsubscribe": "<https://grader.example.edu/-/unsubscribe/STOP1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if got := got[0].Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	want := "Score: 1 of 2.\n\nhttps://grader.example.edu/comp1/a1/alice/1\n\n-- \nYou get this because you asked for it: https://grader.example.edu/-/notifications\n" +
		"To get no more notices at this address:\nhttps://grader.example.edu/-/unsubscribe/STOP1\n"
	if diff := cmp.Diff(want, got[0].text(t)); diff != "" {
		t.Error(diff)
	}
}

// text returns the decoded text of an e-mail.
func (l letter) text(t *testing.T) string {
	t.Helper()
	text, err := io.ReadAll(quotedprintable.NewReader(l.Body))
	check(t, err)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// TestMailHeadersCannotBeInjected sends texts that hold line ends, long subjects and other alphabets.
func TestMailHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"line end":        "a1\r\nBcc: mallory@example.org\r\n\r\nbody",
		"line feed":       "a1\nBcc: mallory@example.org",
		"carriage return": "a1\rBcc: mallory@example.org",
		"separators":      "a1\u2028Bcc: mallory@example.org\u0085Bcc: mallory@example.org\vBcc: m@example.org",
		"encoded word":    "=?utf-8?q?a=0D=0ABcc:_mallory@example.org?=",
		"long":            strings.Repeat("very long ", 500),
		"long unbroken":   strings.Repeat("字", 5000),
		"other alphabet":  "Übung 1: 链表 🙂",
		"bidi override":   "a1 \u202Egpj.exe",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, p := newBench(t), newPostOffice(t, false, true)
			b.mails(p.settings())
			m := to("alice@example.org")
			m.Subject, m.Text = text, []string{text}
			b.add(1, schema.NoticeMail, m)
			b.deliver(schema.OutgoingMail)
			if len(p.taken()) != 1 {
				t.Fatalf("not sent: %+v", b.waiting())
			}
			got := p.taken()[0]
			if got.Header.Get("Bcc") != "" || got.to != "alice@example.org" {
				t.Errorf("injected: %q", got.raw)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			check(t, err)
			if n := len([]rune(subject)); n > 120 || !strings.HasPrefix(subject, "[grader] ") || strings.ContainsAny(subject, "\r\n\v\u2028\u0085\u202e") {
				t.Errorf("subject %q of %d characters", subject, n)
			}
			if name == "other alphabet" && subject != "[grader] "+text {
				t.Errorf("subject %q", subject)
			}
			for _, l := range strings.Split(got.raw, "\r\n") {
				if len(l) > 998 {
					t.Errorf("a line of %d bytes", len(l))
				}
			}
		})
	}
}

// TestMailServerIsDownForAnHour makes 200 e-mails wait, and checks that each is sent once.
func TestMailServerIsDownForAnHour(t *testing.T) {
	t.Parallel()
	b, p := newBench(t), newPostOffice(t, false, true)
	b.mails(p.settings())
	address := p.address.String()
	p.close()
	const letters = 200
	for i := range int64(letters) {
		b.add(i+1, schema.NoticeMail, to(fmt.Sprintf("p%d@example.org", i)))
	}
	for end := b.at.Add(time.Hour); b.at.Before(end); {
		next := b.deliver(schema.OutgoingMail)
		if !next.After(b.at) || next.Sub(b.at) > 15*time.Minute {
			t.Fatalf("the next attempt is at %s, %s from now", next, next.Sub(b.at))
		}
		b.at = next
	}
	if attempts := attemptsOf(b.waiting()); attempts > 20 || len(b.waiting()) != letters {
		t.Errorf("%d attempts in an hour; %d wait", attempts, len(b.waiting()))
	}
	p.server = smtp.NewServer(p)
	p.listen(address)
	t.Cleanup(p.close)
	b.at = b.at.Add(15 * time.Minute)
	b.deliver(schema.OutgoingMail)
	counts := map[string]int{}
	for _, l := range p.taken() {
		counts[l.to]++
	}
	if len(counts) != letters || len(p.taken()) != letters || len(b.waiting()) != 0 {
		t.Errorf("%d e-mails to %d people; %d wait", len(p.taken()), len(counts), len(b.waiting()))
	}
}

func attemptsOf(all []schema.OutboxEntry) (n int) {
	for _, e := range all {
		n += e.Attempts
	}
	return n
}

// TestRepeatedMailHasItsMessageID kills the worker after the delivery and before it is recorded.
func TestRepeatedMailHasItsMessageID(t *testing.T) {
	t.Parallel()
	b, p := newBench(t), newPostOffice(t, false, true)
	b.mails(p.settings())
	b.add(1, schema.NoticeMail, to("alice@example.org"))
	e, _, err := b.store.TakeOutgoing(t.Context(), schema.OutgoingMail, nil, b.at)
	check(t, err)
	check(t, b.Senders[schema.OutgoingMail].Send(t.Context(), e)) // the server is killed after this
	b.at = b.at.Add(time.Minute)
	b.deliver(schema.OutgoingMail)
	got := p.taken()
	if len(got) != 2 || cmp.Diff(got[0].Header, got[1].Header) != "" || got[0].text(t) != got[1].text(t) || got[0].Header.Get("Message-Id") == "" {
		t.Errorf("%d e-mails: %v", len(got), got)
	}
}

// TestMailServersRefusals checks which e-mails wait after each answer of the server.
func TestMailServersRefusals(t *testing.T) {
	t.Parallel()
	refuse := func(code int) error { return &smtp.SMTPError{Code: code, Message: "no"} }
	for name, c := range map[string]struct {
		set            func(p *postOffice)
		givenUp, first int // how many entries are given up, and how many were tried
	}{
		"unknown address":      {func(p *postOffice) { p.rcpt = func(string) error { return refuse(550) } }, 2, 2},
		"greylisted address":   {func(p *postOffice) { p.rcpt = func(string) error { return refuse(451) } }, 0, 2},
		"content refused":      {func(p *postOffice) { p.data = func() error { return refuse(554) } }, 2, 2},
		"our address refused":  {func(p *postOffice) { p.mailFrom = func(string) error { return refuse(550) } }, 0, 1},
		"server closes":        {func(p *postOffice) { p.rcpt = func(string) error { return refuse(421) } }, 0, 1},
		"wrong password":       {nil, 0, 1},
		"no TLS at the server": {nil, 0, 1},
		"unknown certificate":  {nil, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, p := newBench(t), newPostOffice(t, false, name == "no TLS at the server")
			if c.set != nil {
				c.set(p)
			}
			server := p.settings()
			switch name {
			case "wrong password":
				server.User, server.Password = "grader", "wrong"
			case "no TLS at the server":
				server.Security = notify.StartTLS
			case "unknown certificate":
				server.Roots = nil
			}
			b.mails(server)
			b.add(1, schema.NoticeMail, to("alice@example.org"))
			b.add(2, schema.NoticeMail, to("bob@example.org"))
			b.deliver(schema.OutgoingMail)
			given, tried := 0, 0
			for _, e := range b.waiting() {
				if !e.FailedAt.IsZero() {
					given++
				}
				if e.Attempts > 0 {
					tried++
				}
				if e.Attempts > 0 && e.LastError == "" || strings.Contains(e.LastError, "wrong") {
					t.Errorf("reason %q", e.LastError)
				}
			}
			if len(p.taken()) != 0 || given != c.givenUp || tried != c.first {
				t.Errorf("%d sent, %d given up, %d tried; want none, %d, %d: %+v", len(p.taken()), given, tried, c.givenUp, c.first, b.waiting())
			}
		})
	}
}

// TestMailToOtherAlphabets checks that such an address needs SMTPUTF8, and is refused if the server
// does not offer it.
func TestMailToOtherAlphabets(t *testing.T) {
	t.Parallel()
	for _, utf8 := range []bool{true, false} {
		b, p := newBench(t), newPostOffice(t, utf8, false)
		b.mails(p.settings())
		b.add(1, schema.NoticeMail, to("用户@xn--fsqu00a.example"))
		b.deliver(schema.OutgoingMail)
		if utf8 {
			if got := p.taken(); len(got) != 1 || got[0].to != "用户@xn--fsqu00a.example" {
				t.Errorf("%v, %+v", got, b.waiting())
			}
			continue
		}
		if left := b.waiting(); len(p.taken()) != 0 || len(left) != 1 || left[0].FailedAt.IsZero() || !strings.Contains(left[0].LastError, "SMTPUTF8") {
			t.Errorf("%+v", left)
		}
	}
}

// TestMailServerCheckSendsNothing checks the connection as doctor does.
func TestMailServerCheckSendsNothing(t *testing.T) {
	t.Parallel()
	p := newPostOffice(t, false, false)
	s := p.settings()
	check(t, s.Check(t.Context()))
	s.User, s.Password = "grader", "secret"
	check(t, s.Check(t.Context()))
	s.Password = "wrong"
	if err := s.Check(t.Context()); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("a wrong password: %v", err)
	}
	if n := len(p.taken()); n != 0 {
		t.Errorf("%d e-mails were sent", n)
	}
	p.close()
	if err := s.Check(t.Context()); schema.CodeOf(err) != schema.CodeUnavailable {
		t.Errorf("no server: %v", err)
	}
}

// TestNothingToSayIsDelivered checks that an entry with a void notice is removed.
func TestNothingToSayIsDelivered(t *testing.T) {
	t.Parallel()
	b, p := newBench(t), newPostOffice(t, false, true)
	b.mails(p.settings())
	b.add(1, schema.NoticeMail, to("alice@example.org"))
	delete(b.message, 1)
	b.deliver(schema.OutgoingMail)
	if len(p.taken()) != 0 || len(b.waiting()) != 0 || p.sessions != 0 {
		t.Errorf("%d sent, %d wait, %d sessions", len(p.taken()), len(b.waiting()), p.sessions)
	}
}
