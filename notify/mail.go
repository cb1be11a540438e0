package notify

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/wneessen/go-mail"

	"github.com/grader/grader/schema"
)

// maxSubject bounds the subject of an e-mail, in characters.
const maxSubject = 120

// Mail sends notices by e-mail. It is the sender of the outbox's kind schema.OutgoingMail.
type Mail struct {
	Composer Composer
	Server   MailServer
	From     string        // our address
	Site     func() string // root of the site, without a trailing slash
}

// Send implements outbox.Sender.
func (m *Mail) Send(ctx context.Context, e schema.OutboxEntry) error {
	message, err := messageOf(ctx, m.Composer, e)
	if err != nil {
		return err
	}
	letter, err := m.letter(e, message)
	if err != nil {
		return err
	}
	return m.deliver(ctx, letter, message.To.Address)
}

// letter returns the e-mail of a message. All attempts for an entry have the same Message-ID and
// date.
func (m *Mail) letter(e schema.OutboxEntry, message schema.NoticeMessage) (*mail.Msg, error) {
	letter := mail.NewMsg()
	if err := letter.FromFormat("grader", m.From); err != nil {
		return nil, schema.Wrapf(schema.CodeForbidden, err, "the sender's address cannot be used: %s", err)
	}
	if err := letter.To(message.To.Address); err != nil {
		return nil, schema.Wrapf(schema.CodeRefused, err, "the address cannot be used: %s", err)
	}
	// The space keeps mail programs from decoding text that looks like an encoded word (RFC 2047).
	letter.Subject(schema.OneLine("[grader] "+strings.ReplaceAll(message.Subject, "=?", "= ?"), maxSubject))
	_, domain, _ := strings.Cut(m.From, "@")
	letter.SetMessageIDWithValue(strings.ToLower(e.Token) + "@" + domain)
	letter.SetDateWithValue(e.MadeAt)
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: prevents automatic replies
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	stop := m.Site() + "/-/unsubscribe/" + url.PathEscape(message.To.Unsubscribe)
	if letter.SetListUnsubscribeOneClick(stop) != nil { // RFC 8058 requires https
		letter.SetListUnsubscribe(stop)
	}
	letter.SetBodyString(mail.TypeTextPlain, m.text(message, stop))
	return letter, nil
}

// text returns the text of a message, followed by how to stop such messages.
func (m *Mail) text(message schema.NoticeMessage, stop string) string {
	var b strings.Builder
	for _, sentence := range message.Text {
		b.WriteString(schema.OneLine(sentence, 1000) + "\n")
	}
	if message.Page != "" {
		b.WriteString("\n" + m.Site() + message.Page + "\n")
	}
	b.WriteString("\n-- \n")
	if message.Topic == schema.NoticeConfirm {
		b.WriteString("If you did not ask for this, ignore it. To remove the address:\n")
	} else {
		b.WriteString("You get this because you asked for it: " + m.Site() + "/-/notifications\nTo get no more notices at this address:\n")
	}
	b.WriteString(stop + "\n")
	return b.String()
}

// deliver sends an e-mail to the mail server.
func (m *Mail) deliver(ctx context.Context, letter *mail.Msg, address string) error {
	client, conn, err := m.Server.dial(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // this ends the conversation
	defer stop()
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // ignored: the delivery is already decided
	if !isASCII(address) {
		if ok, _ := conn.Extension("SMTPUTF8"); !ok {
			return schema.Errorf(schema.CodeRefused, "the mail server does not deliver to addresses with letters outside ASCII (SMTPUTF8)")
		}
	}
	err = client.SendWithSMTPClient(conn, letter)
	if err == nil || letter.IsDelivered() { // an error after the server accepted the e-mail does not matter
		return nil
	}
	return refusal(err)
}

// refusal converts an error of the mail server to one that the outbox understands. An error about
// the server or our address makes all e-mails wait. Any other temporary error makes only this e-mail
// wait, and a permanent one gives it up.
func refusal(err error) error {
	sent := new(mail.SendError)
	if !errors.As(err, &sent) {
		return schema.Wrapf(schema.CodeUnavailable, err, "the mail server: %s", err)
	}
	status := sent.ErrorCode()
	switch {
	case sent.Reason == mail.ErrSMTPMailFrom && status >= 500:
		return schema.Wrapf(schema.CodeForbidden, err, "the mail server does not accept our address: %s", err)
	case status >= 500:
		return schema.Wrapf(schema.CodeRefused, err, "the mail server refused the e-mail: %s", err)
	case status == 421 || status < 400: // the server closes the connection, or is gone
		return schema.Wrapf(schema.CodeUnavailable, err, "the mail server: %s", err)
	}
	return schema.Wrapf(schema.CodeInternal, err, "the mail server does not take the e-mail now: %s", err)
}

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > 127 }) < 0
}
