package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// webhookSecretPrefix is the prefix of webhook secrets in the Standard Webhooks specification.
const webhookSecretPrefix = "whsec_"

func scanDestination(r row) (d schema.NoticeDestination, err error) {
	err = r.Scan(&d.ID, &d.UserID, &d.Channel, &d.Address, decoded{&d.Topics}, &d.Secret, &d.Unsubscribe, instant{&d.MadeAt}, instant{&d.ConfirmedAt})
	return d, err
}

// AddNoticeDestination adds a destination of the actor's account and enqueues the code that
// confirms it. It replaces an unconfirmed destination with the same address. may can refuse; it
// gets the account's numbers of destinations and recent codes. CodeConflict: the address is
// confirmed already.
func (s *NoticeTables) AddNoticeDestination(ctx context.Context, by schema.Actor, d schema.NoticeDestination, may func(course.Destinations) error) (added schema.NoticeDestination, err error) {
	now := s.clock()
	err = s.write(ctx, "add notice destination", func(t *tx) error {
		if err := mayAddDestination(ctx, t, by, d, now, may); err != nil {
			return err
		}
		topics, err := encode(d.Topics)
		if err != nil {
			return err
		}
		code := groups(4)
		added, err = one(ctx, t, scanDestination, `INSERT INTO notice_destinations (user_id, channel, address, topics, secret, unsubscribe, code_hash, code_expires_at, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			RETURNING id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at`,
			by.User.ID, d.Channel, d.Address, topics, newSecret(d.Channel), rand.Text(), hash(canonical(code)), micros(now.Add(course.ConfirmationLife)), micros(now))
		if err != nil {
			return conflict(err, "%s is one of your addresses already", d.Address)
		}
		if err := enqueueNotice(ctx, t, now, added, "confirm", schema.Notice{Topic: schema.NoticeConfirm, Code: code}); err != nil {
			return err
		}
		return auditDestination(ctx, t, by, s.valued("notice.add", by.User.Login, "none", "not confirmed"), added)
	})
	return added, err
}

// newSecret returns the secret that signs the calls of a webhook, 192 random bits.
func newSecret(channel schema.NoticeChannel) string {
	if channel != schema.NoticeWebhook {
		return ""
	}
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never fails
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(random)
}

// mayAddDestination removes the destinations that the new one replaces, calls may, and records
// that a code is sent.
func mayAddDestination(ctx context.Context, t *tx, by schema.Actor, d schema.NoticeDestination, now time.Time, may func(course.Destinations) error) error {
	same, err := list(ctx, t, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations
		WHERE user_id = ? AND channel = ? AND address = ? AND confirmed_at = 0`, by.User.ID, d.Channel, d.Address)
	if err != nil {
		return err
	}
	for _, old := range same {
		if err := deleteDestination(ctx, t, old); err != nil {
			return err
		}
	}
	since := micros(now.Add(-course.ConfirmationPeriod))
	if _, err := t.exec(ctx, `DELETE FROM notice_codes WHERE sent_at < ?`, since); err != nil {
		return err
	}
	var has course.Destinations
	if has.Count, err = one(ctx, t, value[int], `SELECT count(*) FROM notice_destinations WHERE user_id = ?`, by.User.ID); err != nil {
		return err
	}
	if has.Recent, err = one(ctx, t, value[int], `SELECT count(*) FROM notice_codes WHERE user_id = ? AND sent_at >= ?`, by.User.ID, since); err != nil {
		return err
	}
	if err := may(has); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO notice_codes (user_id, sent_at) VALUES (?, ?)`, by.User.ID, micros(now))
	return err
}

// auditDestination records a change of a destination. The entry contains the number and not the
// address, because the audit log is kept longer than the address.
func auditDestination(ctx context.Context, t *tx, by schema.Actor, e schema.AuditEntry, d schema.NoticeDestination) error {
	e.Detail = fmt.Sprintf("%s address %d, topics: %s", d.Channel, d.ID, topicWords(d.Topics))
	return t.audit(ctx, by, e)
}

// topicWords lists topics for the audit log.
func topicWords(all []schema.NoticeTopic) string {
	names := make([]string, 0, len(all))
	for _, topic := range all {
		names = append(names, string(topic))
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

// confirmedWord returns the state of an address for the audit log.
func confirmedWord(d schema.NoticeDestination) string {
	if d.ConfirmedAt.IsZero() {
		return "not confirmed"
	}
	return "confirmed"
}

// deleteDestination removes a destination and its waiting notices.
func deleteDestination(ctx context.Context, t *tx, d schema.NoticeDestination) error {
	if err := deleteNotices(ctx, t, d.ID); err != nil {
		return err
	}
	if d.Channel == schema.NoticeWebhook { // all e-mails share one receiver
		if _, err := t.exec(ctx, `DELETE FROM outbox_pauses WHERE kind = ? AND receiver = ?`, d.Channel.Outgoing(), noticeReceiver(d)); err != nil {
			return err
		}
	}
	_, err := t.exec(ctx, `DELETE FROM notice_destinations WHERE id = ?`, d.ID)
	return err
}

// deleteNotices removes the entries of the outbox that wait for a destination.
func deleteNotices(ctx context.Context, t *tx, destination int64) error {
	for _, kind := range []string{schema.OutgoingMail, schema.OutgoingWebhook} {
		if _, err := t.exec(ctx, `DELETE FROM outbox WHERE kind = ? AND entry_key GLOB ? || '/*'`, kind, strconv.FormatInt(destination, 10)); err != nil {
			return err
		}
	}
	return nil
}

// NoticeDestinations returns the destinations of an account, oldest first.
func (s *NoticeTables) NoticeDestinations(ctx context.Context, user int64) ([]schema.NoticeDestination, error) {
	return list(ctx, s.reader, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE user_id = ? ORDER BY id`, user)
}

// NoticeDestination returns a destination and its account. CodeNotFound: it was removed.
func (s *NoticeTables) NoticeDestination(ctx context.Context, id int64) (schema.NoticeDestination, schema.User, error) {
	d, err := one(ctx, s.reader, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE id = ?`, id)
	if err != nil {
		return d, schema.User{}, missing(err, "the address %d for notices was removed", id)
	}
	user, err := one(ctx, s.reader, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE id = ?`, d.UserID)
	return d, user, err
}

// ConfirmNoticeDestination confirms the destination that a code was sent to, and returns the
// destination and its account. It needs no other permission, because the code proves access to
// the address. CodeRefused: the code is unknown, used or expired.
func (s *NoticeTables) ConfirmNoticeDestination(ctx context.Context, by schema.Actor, code string) (d schema.NoticeDestination, owner schema.User, err error) {
	now := s.clock()
	err = s.write(ctx, "confirm notice destination", func(t *tx) error {
		d, err = one(ctx, t, scanDestination, `UPDATE notice_destinations SET confirmed_at = ?1, code_hash = x'' WHERE code_hash = ?2 AND code_expires_at > ?1
			RETURNING id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at`, micros(now), hash(canonical(code)))
		if err = missing(err, ""); schema.CodeOf(err) == schema.CodeNotFound {
			return schema.Errorf(schema.CodeRefused, "that code is unknown, was used or has expired; add the address again to get another one")
		}
		if err != nil {
			return err
		}
		if owner, err = one(ctx, t, scanUser, `SELECT id, login, name, email, admin, disabled, created_at FROM users WHERE id = ?`, d.UserID); err != nil {
			return err
		}
		if err := course.MayEnter(owner); err != nil {
			return err
		}
		if by.User.Login == "" {
			by.User.Login = owner.Login
		}
		return auditDestination(ctx, t, by, s.valued("notice.confirm", owner.Login, "not confirmed", "confirmed"), d)
	})
	return d, owner, err
}

// ChooseNoticeTopics changes the topics of a destination of an account. CodeNotFound: the
// account has no such destination.
func (s *NoticeTables) ChooseNoticeTopics(ctx context.Context, by schema.Actor, user schema.User, id int64, topics []schema.NoticeTopic) (d schema.NoticeDestination, err error) {
	err = s.write(ctx, "choose notice topics", func(t *tx) error {
		text, err := encode(topics)
		if err != nil {
			return err
		}
		before, err := one(ctx, t, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE id = ? AND user_id = ?`, id, user.ID)
		if err != nil {
			return missing(err, "%s has no address %d for notices; notify list shows them", user.Login, id)
		}
		d, err = one(ctx, t, scanDestination, `UPDATE notice_destinations SET topics = ? WHERE id = ? AND user_id = ?
			RETURNING id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at`, text, id, user.ID)
		if err != nil {
			return missing(err, "%s has no address %d for notices; notify list shows them", user.Login, id)
		}
		return auditDestination(ctx, t, by, s.valued("notice.topics", user.Login, topicWords(before.Topics), topicWords(d.Topics)), d)
	})
	return d, err
}

// RemoveNoticeDestination removes a destination of an account and its waiting notices. CodeNotFound:
// the account has no such destination.
func (s *NoticeTables) RemoveNoticeDestination(ctx context.Context, by schema.Actor, user schema.User, id int64) (d schema.NoticeDestination, err error) {
	err = s.write(ctx, "remove notice destination", func(t *tx) error {
		d, err = one(ctx, t, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE id = ? AND user_id = ?`, id, user.ID)
		if err != nil {
			return missing(err, "%s has no address %d for notices; notify list shows them", user.Login, id)
		}
		if err := deleteDestination(ctx, t, d); err != nil {
			return err
		}
		return auditDestination(ctx, t, by, s.valued("notice.remove", user.Login, confirmedWord(d), "removed"), d)
	})
	return d, err
}

// Unsubscribe removes the destination with the secret of an unsubscribe link, and its waiting
// notices. CodeNotFound: the secret is unknown, or the destination was removed.
func (s *NoticeTables) Unsubscribe(ctx context.Context, by schema.Actor, secret string) (d schema.NoticeDestination, err error) {
	err = s.write(ctx, "unsubscribe", func(t *tx) error {
		d, err = one(ctx, t, scanDestination, `SELECT id, user_id, channel, address, topics, secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE unsubscribe = ?`, secret)
		if err != nil {
			return missing(err, "this address gets no notices; it was removed already")
		}
		if by.User.Login, err = one(ctx, t, value[string], `SELECT login FROM users WHERE id = ?`, d.UserID); err != nil {
			return err
		}
		if err := deleteDestination(ctx, t, d); err != nil {
			return err
		}
		return auditDestination(ctx, t, by, s.valued("notice.unsubscribe", by.User.Login, confirmedWord(d), "removed"), d)
	})
	return d, err
}

// enqueueNotice enqueues a notice for a destination. about identifies the subject: a new notice
// replaces a waiting one about the same subject.
func enqueueNotice(ctx context.Context, t *tx, now time.Time, to schema.NoticeDestination, about string, n schema.Notice) error {
	n.Destination = to.ID
	body, err := encode(n)
	if err != nil {
		return err
	}
	return t.enqueue(ctx, now, schema.Outgoing{Kind: to.Channel.Outgoing(), Key: strconv.FormatInt(to.ID, 10) + "/" + about, Receiver: noticeReceiver(to), Body: []byte(body)})
}

// noticeReceiver returns the name of the receiver whose failures delay a destination's entries.
// All e-mails share the mail server. Each webhook is its own receiver, so that one person's
// webhook does not delay another's.
func noticeReceiver(d schema.NoticeDestination) string {
	if d.Channel == schema.NoticeMail {
		return "mail server"
	}
	host := "webhook"
	if u, err := url.Parse(d.Address); err == nil {
		host = u.Host
	}
	return host + " #" + strconv.FormatInt(d.ID, 10)
}

// notify enqueues a notice for every confirmed destination of some people that has chosen the
// notice's topic.
func (t *tx) notify(ctx context.Context, now time.Time, logins []string, about string, n schema.Notice) error {
	if len(logins) == 0 {
		return nil
	}
	names, err := encode(logins)
	if err != nil {
		return err
	}
	all, err := list(ctx, t, scanDestination, `SELECT d.id, d.user_id, d.channel, d.address, d.topics, d.secret, d.unsubscribe, d.made_at, d.confirmed_at
		FROM notice_destinations d JOIN users u ON u.id = d.user_id
		WHERE d.confirmed_at > 0 AND u.disabled = 0 AND u.login IN (SELECT value FROM json_each(?)) ORDER BY d.id`, names)
	if err != nil {
		return err
	}
	for _, d := range all {
		if !slices.Contains(d.Topics, n.Topic) {
			continue
		}
		if err := enqueueNotice(ctx, t, now, d, string(n.Topic)+"/"+about, n); err != nil {
			return err
		}
	}
	return nil
}

// mark records that people are notified about what, and reports whether it was not recorded
// before.
func (t *tx) mark(ctx context.Context, now time.Time, topic schema.NoticeTopic, what string) (first bool, err error) {
	n, err := t.exec(ctx, `INSERT INTO notice_marks (topic, mark, made_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, topic, what, micros(now))
	return n == 1, err
}

// deleteDestinations removes the destinations of an erased person and their waiting notices.
func (e erasure) deleteDestinations(ctx context.Context) error {
	all, err := list(ctx, e, scanDestination, `SELECT id, user_id, channel, address, '[]', secret, unsubscribe, made_at, confirmed_at FROM notice_destinations WHERE user_id = ?`, e.user.ID)
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := deleteDestination(ctx, e.tx, d); err != nil {
			return err
		}
	}
	return nil
}
