package view

import (
	"slices"
	"strconv"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Notices is the page of a person's addresses for notices.
type Notices struct {
	Frame
	Addresses []NoticeAddress
	Added     string // address that this request added, "" for none
	Secret    string // of a webhook that this request added; it is not shown again
	Channels  []NoticeChannel
	Off       []string // channels that the server does not support, with the consequence
	Form      Form
}

// NoticeAddress is one address.
type NoticeAddress struct {
	ID        string // of the address's heading
	Channel   string
	Address   string
	Confirmed bool
	Topics    []NoticeTopic
	Path      string // prefix of the paths to which its forms are sent
}

// NoticeTopic is a topic that can be chosen.
type NoticeTopic struct {
	Value, Says string
	Chosen      bool
}

// NoticeChannel is a channel for which an address can be added.
type NoticeChannel struct{ Value, Says string }

// NewNotices returns the page. added is the address that this request added, or the zero value.
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

// Confirmation is the page that confirms an address for notices.
type Confirmation struct {
	Frame
	Code    string
	Address string // the address that this request confirmed, "" before
	Login   string // its owner
}

// Unsubscription is the page that removes an address for notices.
type Unsubscription struct {
	Frame
	Path string
	Done bool
}
