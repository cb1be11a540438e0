package classroom

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// NoticeStore is the part of the store that the actions on notices use. Each change is one
// transaction with its audit entry.
type NoticeStore interface {
	// AddNoticeDestination adds a destination of the actor's account, unless may refuses, and
	// enqueues the code that confirms it. CodeConflict: the address is confirmed already.
	AddNoticeDestination(ctx context.Context, by schema.Actor, d schema.NoticeDestination, may func(course.Destinations) error) (schema.NoticeDestination, error)
	// NoticeDestinations returns the destinations of an account, oldest first.
	NoticeDestinations(ctx context.Context, user int64) ([]schema.NoticeDestination, error)
	// NoticeDestination returns a destination and its account. CodeNotFound: it was removed.
	NoticeDestination(ctx context.Context, id int64) (schema.NoticeDestination, schema.User, error)
	// ConfirmNoticeDestination confirms the destination that a code was sent to. If the
	// actor has no login, the owner of the destination is the actor. CodeRefused: the code
	// is unknown, used or expired.
	ConfirmNoticeDestination(ctx context.Context, by schema.Actor, code string) (schema.NoticeDestination, schema.User, error)
	// ChooseNoticeTopics changes the topics of a destination of an account. CodeNotFound: the
	// account has no such destination.
	ChooseNoticeTopics(ctx context.Context, by schema.Actor, user schema.User, id int64, topics []schema.NoticeTopic) (schema.NoticeDestination, error)
	// RemoveNoticeDestination removes a destination of an account and its waiting notices.
	// CodeNotFound: the account has no such destination.
	RemoveNoticeDestination(ctx context.Context, by schema.Actor, user schema.User, id int64) (schema.NoticeDestination, error)
	// Unsubscribe removes the destination with that secret. CodeNotFound: the secret is
	// unknown.
	Unsubscribe(ctx context.Context, by schema.Actor, secret string) (schema.NoticeDestination, error)
	// NotePools notifies people about pools that began to fail.
	NotePools(ctx context.Context, news schema.PoolNews) error
	// PoolFails reports whether people were notified that a flavour's pool fails and the pool
	// has not recovered.
	PoolFails(ctx context.Context, flavour string) (bool, error)
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Extensions returns the active extensions of an assignment, by owner.
	Extensions(ctx context.Context, assignment int64) ([]schema.GrantedExtension, error)
}

// NoticeChannels says which channels the server's configuration allows.
type NoticeChannels struct {
	Mail            bool // a mail server is configured
	Webhooks        bool
	PrivateWebhooks bool // webhooks may have private addresses, and plain HTTP
}

// Notices implements the actions on notices by e-mail and webhooks.
type Notices struct {
	store    NoticeStore
	accounts *Accounts
	work     *Work
	grades   *Grades
	live     Live
	channels NoticeChannels
	clock    func() time.Time

	mu    sync.Mutex
	pools map[string]course.PoolWatch // last known states by flavour
}

// NewDestination describes a destination to add to the actor's own account.
type NewDestination struct {
	Channel schema.NoticeChannel
	Address string
	Topics  []schema.NoticeTopic // nil: all
}

// Channels returns the channels that the server's configuration allows.
func (n *Notices) Channels() NoticeChannels { return n.channels }

// Add adds a destination to the actor's own account and sends a code to it. Nothing else is sent
// there until somebody enters the code. The reply holds the secret of a webhook, which is not
// shown again.
func (n *Notices) Add(ctx context.Context, by schema.Actor, d NewDestination) (schema.NoticeDestination, error) {
	if err := course.MayChooseNotices(by); err != nil {
		return schema.NoticeDestination{}, err
	}
	if by.Channel == schema.ChannelAPI {
		return schema.NoticeDestination{}, schema.Errorf(schema.CodeForbidden, "a token cannot add an address, which would outlast it; add it on the site, at /-/notifications, or over ssh: notify add %s ADDRESS", d.Channel)
	}
	if err := n.channels.allow(d.Channel); err != nil {
		return schema.NoticeDestination{}, err
	}
	address, err := course.NoticeAddress(d.Channel, strings.TrimSpace(d.Address), n.channels.PrivateWebhooks)
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	if d.Topics == nil {
		d.Topics = schema.NoticeTopics()
	}
	return n.store.AddNoticeDestination(ctx, by, schema.NoticeDestination{Channel: d.Channel, Address: address, Topics: d.Topics}, course.MayAddDestination)
}

// allow returns an error if the server does not have a channel.
func (c NoticeChannels) allow(channel schema.NoticeChannel) error {
	switch {
	case channel == schema.NoticeMail && !c.Mail:
		return schema.Errorf(schema.CodeRefused, "this server sends no e-mail; its operator can configure a mail server: smtp in the configuration file")
	case channel == schema.NoticeWebhook && !c.Webhooks:
		return schema.Errorf(schema.CodeRefused, "this server calls no webhooks; its operator has switched them off")
	}
	return nil
}

// List lists the destinations of an account, oldest first, without their secrets; login "" means
// the actor's own.
func (n *Notices) List(ctx context.Context, by schema.Actor, login string) ([]schema.NoticeDestination, error) {
	user, err := n.accounts.account(ctx, by, login)
	if err != nil {
		return nil, err
	}
	all, err := n.store.NoticeDestinations(ctx, user.ID)
	for i := range all {
		all[i].Secret, all[i].Unsubscribe = "", ""
	}
	return all, err
}

// Confirm confirms the destination that a code was sent to. The code is the only permission,
// because it proves access to the address. On a channel where nobody is signed in, only the
// channel of by is set.
func (n *Notices) Confirm(ctx context.Context, by schema.Actor, code string) (schema.NoticeDestination, schema.User, error) {
	return n.store.ConfirmNoticeDestination(ctx, by, code)
}

// Choose changes the topics of a destination of an account; login "" means the actor's own.
func (n *Notices) Choose(ctx context.Context, by schema.Actor, login string, id int64, topics []schema.NoticeTopic) (schema.NoticeDestination, error) {
	user, err := n.accounts.account(ctx, by, login)
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	return n.store.ChooseNoticeTopics(ctx, by, user, id, topics)
}

// Remove removes a destination of an account and its waiting notices; login "" means the actor's
// own.
func (n *Notices) Remove(ctx context.Context, by schema.Actor, login string, id int64) (schema.NoticeDestination, error) {
	user, err := n.accounts.account(ctx, by, login)
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	return n.store.RemoveNoticeDestination(ctx, by, user, id)
}

// Unsubscribe removes the destination of an unsubscribe link. The link's secret is the only
// permission.
func (n *Notices) Unsubscribe(ctx context.Context, channel schema.Channel, secret string) (schema.NoticeDestination, error) {
	if secret == "" {
		return schema.NoticeDestination{}, schema.Errorf(schema.CodeNotFound, "this address gets no notices; it was removed already")
	}
	return n.store.Unsubscribe(ctx, schema.Actor{Channel: channel}, secret)
}

// NotePools notifies people about pools in which runners could not be started for some time. The
// server calls it once a minute.
func (n *Notices) NotePools(ctx context.Context) error {
	pools, err := n.live.PoolStates(ctx)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now, news := n.clock(), schema.PoolNews{Failing: map[string]string{}}
	watched := make(map[string]course.PoolWatch, len(pools))
	for _, p := range pools {
		name := p.Flavour.Name
		var watch course.PoolWatch // without observations: while no job starts, runners cannot be seen to start
		if !p.Control.Stopped() {
			watch = n.pools[name].Next(p.Stalled != "", now)
		}
		watched[name] = watch
		switch {
		case watch.Fails(now):
			news.Failing[name] = schema.OneLine(p.Stalled, maxPoolReason)
		case !watch.Works(now):
			news.Unsure = append(news.Unsure, name)
		}
	}
	n.pools = watched
	return n.store.NotePools(ctx, news)
}
