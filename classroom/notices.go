package classroom

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// NoticeStore is what actions on notices ask of the store. Each change is one transaction with
// its audit entry.
type NoticeStore interface {
	// AddNoticeDestination adds a destination of the actor's account, unless may refuses, and
	// enqueues the code that confirms it. CodeConflict: the address is confirmed already.
	AddNoticeDestination(ctx context.Context, by schema.Actor, d schema.NoticeDestination, may func(course.Destinations) error) (schema.NoticeDestination, error)
	// NoticeDestinations returns the destinations of an account, oldest first.
	NoticeDestinations(ctx context.Context, user int64) ([]schema.NoticeDestination, error)
	// NoticeDestination returns a destination and whose it is. CodeNotFound: it was removed.
	NoticeDestination(ctx context.Context, id int64) (schema.NoticeDestination, schema.User, error)
	// ConfirmNoticeDestination confirms the destination that a code was sent to. An actor
	// without a login is its owner. CodeRefused: the code is unknown, used or expired.
	ConfirmNoticeDestination(ctx context.Context, by schema.Actor, code string) (schema.NoticeDestination, schema.User, error)
	// ChooseNoticeTopics changes the topics of a destination of an account. CodeNotFound.
	ChooseNoticeTopics(ctx context.Context, by schema.Actor, user schema.User, id int64, topics []schema.NoticeTopic) (schema.NoticeDestination, error)
	// RemoveNoticeDestination removes a destination of an account, with what waits for it.
	// CodeNotFound.
	RemoveNoticeDestination(ctx context.Context, by schema.Actor, user schema.User, id int64) (schema.NoticeDestination, error)
	// Unsubscribe removes the destination with that secret. CodeNotFound.
	Unsubscribe(ctx context.Context, by schema.Actor, secret string) (schema.NoticeDestination, error)
	// NotePools tells people about the pools that began to fail.
	NotePools(ctx context.Context, news schema.PoolNews) error
	// PoolFails reports whether people were told that a flavour's pool fails, and it does not
	// work yet.
	PoolFails(ctx context.Context, flavour string) (bool, error)
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// Extensions returns the active extensions of an assignment, by owner.
	Extensions(ctx context.Context, assignment int64) ([]schema.GrantedExtension, error)
}

// NoticeChannels are the channels that the server's configuration allows.
type NoticeChannels struct {
	Mail            bool // a mail server is configured
	Webhooks        bool
	PrivateWebhooks bool // webhooks may have private addresses, and plain HTTP
}

// Notices are the actions on what people are told by e-mail and webhooks.
type Notices struct {
	store    NoticeStore
	accounts *Accounts
	work     *Work
	grades   *Grades
	live     Live
	channels NoticeChannels
	clock    func() time.Time

	mu    sync.Mutex
	pools map[string]course.PoolWatch // by flavour, as they were last seen
}

// NewDestination is a destination to add to the actor's own account.
type NewDestination struct {
	Channel schema.NoticeChannel
	Address string
	Topics  []schema.NoticeTopic // nil: all
}

// Channels returns the channels that the server's configuration allows.
func (n *Notices) Channels() NoticeChannels { return n.channels }

// Add adds a destination to the actor's own account and sends a code to it. Until the code was
// entered, nothing else is sent there. The reply holds the secret of a webhook, which is not shown
// again.
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

// allow refuses a channel that the server does not have.
func (c NoticeChannels) allow(channel schema.NoticeChannel) error {
	switch {
	case channel == schema.NoticeMail && !c.Mail:
		return schema.Errorf(schema.CodeRefused, "this server sends no e-mail; its operator can configure a mail server: smtp in the configuration file")
	case channel == schema.NoticeWebhook && !c.Webhooks:
		return schema.Errorf(schema.CodeRefused, "this server calls no webhooks; its operator has switched them off")
	}
	return nil
}

// List lists the destinations of an account, oldest first, without their secrets; login "" is the
// actor's own.
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

// Confirm confirms the destination that a code was sent to. Whoever has the code may: they read
// what is sent there. by is the zero Actor of a channel where nobody is signed in.
func (n *Notices) Confirm(ctx context.Context, by schema.Actor, code string) (schema.NoticeDestination, schema.User, error) {
	return n.store.ConfirmNoticeDestination(ctx, by, code)
}

// Choose changes the topics of a destination of an account; login "" is the actor's own.
func (n *Notices) Choose(ctx context.Context, by schema.Actor, login string, id int64, topics []schema.NoticeTopic) (schema.NoticeDestination, error) {
	user, err := n.accounts.account(ctx, by, login)
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	return n.store.ChooseNoticeTopics(ctx, by, user, id, topics)
}

// Remove removes a destination of an account, with what waits for it; login "" is the actor's own.
func (n *Notices) Remove(ctx context.Context, by schema.Actor, login string, id int64) (schema.NoticeDestination, error) {
	user, err := n.accounts.account(ctx, by, login)
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	return n.store.RemoveNoticeDestination(ctx, by, user, id)
}

// Unsubscribe removes the destination of an unsubscribe link. The link's secret permits it.
func (n *Notices) Unsubscribe(ctx context.Context, channel schema.Channel, secret string) (schema.NoticeDestination, error) {
	if secret == "" {
		return schema.NoticeDestination{}, schema.Errorf(schema.CodeNotFound, "this address gets no notices; it was removed already")
	}
	return n.store.Unsubscribe(ctx, schema.Actor{Channel: channel}, secret)
}

// NotePools tells people about pools whose runners could not be started for some time. The server
// calls it once a minute.
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
		watch := n.pools[name].Next(p.Stalled != "", now)
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
