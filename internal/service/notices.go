package service

import (
	"context"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/notify"
	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

// poolsEvery is the interval at which pools are checked for failures.
const poolsEvery = time.Minute

// noticeChannels returns the channels that the configuration allows.
func noticeChannels(c configs.Config) classroom.NoticeChannels {
	return classroom.NoticeChannels{Mail: c.SMTP != nil, Webhooks: !c.Webhooks.Off, PrivateWebhooks: c.Webhooks.Private}
}

// MailServer returns the configured mail server with its password; c must not be nil.
func MailServer(c *configs.SMTP) (notify.MailServer, error) {
	s := notify.MailServer{Host: c.Host, Port: c.Port, Security: notify.Security(c.TLS), User: c.User}
	if c.PasswordFile == "" {
		return s, nil
	}
	var err error
	s.Password, err = secretOf("mail server", c.PasswordFile)
	return s, err
}

// startMail reads the mail server's password, once.
func (s *Service) startMail(context.Context, *DataDir) error {
	if s.Config.SMTP == nil {
		return nil
	}
	server, err := MailServer(s.Config.SMTP)
	s.mail = &server
	return err
}

// noticeSenders adds the senders of the outbox's entries for people. The sender of a channel that
// was switched off gives up its waiting entries, with the reason.
func (s *Service) noticeSenders(senders map[string]outbox.Sender) {
	senders[schema.OutgoingMail] = switchedOff("no mail server is configured any more: smtp in the configuration file")
	if s.mail != nil {
		senders[schema.OutgoingMail] = &notify.Mail{Composer: s.classroom.Notices, Server: *s.mail, From: s.Config.SMTP.From, Site: s.WebURL}
	}
	senders[schema.OutgoingWebhook] = switchedOff("webhooks are switched off: webhooks in the configuration file")
	if !s.Config.Webhooks.Off {
		senders[schema.OutgoingWebhook] = notify.NewWebhooks(s.classroom.Notices, s.WebURL, s.now, s.Config.Webhooks.Private)
	}
}

func switchedOff(why string) outbox.Sender {
	return outbox.SenderFunc(func(context.Context, schema.OutboxEntry) error {
		return schema.Errorf(schema.CodeRefused, "%s", why)
	})
}

// startPoolNotices starts to check the pools once a minute and to notify people of failures.
func (s *Service) startPoolNotices(ctx context.Context, _ *DataDir) error {
	s.every(ctx, periodic{poolsEvery, false, "pools could not be checked", s.classroom.Notices.NotePools})
	return nil
}
