package view

import (
	"slices"
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Notices lists somebody's addresses for notices.
type Notices struct {
	Frame
	Addresses []NoticeAddress
	Added     string // address that was added just now, "" for none
	Secret    string // of a webhook that was added just now; it is not shown again
	Channels  []NoticeChannel
	Off       []string // channels that the server does not have, with what that means
	Form      Form
}

// NoticeAddress is one address.
type NoticeAddress struct {
	ID        string // of its heading
	Channel   string
	Address   string
	Confirmed bool
	Topics    []NoticeTopic
	Path      string // what its forms are sent below
}

// NoticeTopic is a topic that may be chosen.
type NoticeTopic struct {
	Value, Says string
	Chosen      bool
}

// NoticeChannel is a channel by which an address can be added.
type NoticeChannel struct{ Value, Says string }

// NewNotices makes the page. added is the zero value unless an address was added just now.
func NewNotices(all []schema.NoticeDestination, added schema.NoticeDestination, has classroom.NoticeChannels) Notices {
	page := Notices{Added: added.Address, Secret: added.Secret}
	for _, d := range all {
		page.Addresses = append(page.Addresses, newNoticeAddress(d))
	}
	if has.Mail {
		page.Channels = append(page.Channels, NoticeChannel{string(schema.NoticeMail), "e-mail"})
	} else {
		page.Off = append(page.Off, "This server sends no e-mail: its operator has configured no mail server.")
	}
	if has.Webhooks {
		page.Channels = append(page.Channels, NoticeChannel{string(schema.NoticeWebhook), "webhook"})
	} else {
		page.Off = append(page.Off, "This server calls no webhooks: its operator has switched them off.")
	}
	return page
}

func newNoticeAddress(d schema.NoticeDestination) NoticeAddress {
	id := strconv.FormatInt(d.ID, 10)
	a := NoticeAddress{ID: "address-" + id, Channel: "E-mail", Address: d.Address, Confirmed: d.Confirmed(), Path: "/-/notifications/" + id}
	if d.Channel == schema.NoticeWebhook {
		a.Channel = "Webhook"
	}
	for _, t := range schema.NoticeTopics() {
		a.Topics = append(a.Topics, NoticeTopic{string(t), Sentence(t.Words()), slices.Contains(d.Topics, t)})
	}
	return a
}

// Confirmation confirms an address for notices.
type Confirmation struct {
	Frame
	Code    string
	Address string // that was confirmed just now, "" before
	Login   string // whose it is
}

// Unsubscription removes an address for notices.
type Unsubscription struct {
	Frame
	Path string
	Done bool
}
