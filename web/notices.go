package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveNotices lists a person's addresses for notices, with a form that adds one.
func (s *accountPages) serveNotices(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderNotices(w, r, user, schema.NoticeDestination{}, nil)
}

// renderNotices renders the page. added is an address that this request added: only this page shows
// the secret of a webhook.
func (s *accountPages) renderNotices(w http.ResponseWriter, r *http.Request, user schema.User, added schema.NoticeDestination, problem error) error {
	all, err := s.Classroom.Notices.List(r.Context(), s.actor(r, user), "")
	if err != nil {
		return err
	}
	page := view.NewNotices(all, added, s.Classroom.Notices.Channels())
	page.Frame, page.Form = s.accountFrame("Notifications", user, "/-/notifications"), formOf(r)
	return s.renderForm(w, r, "notifications", &page.Frame, &page, problem)
}

// addDestination adds an address and sends it a code.
func (s *accountPages) addDestination(w http.ResponseWriter, r *http.Request, user schema.User) error {
	added, err := s.makeDestination(r, user)
	if err == nil {
		r.PostForm = nil // so that the form is shown empty
	}
	return s.renderNotices(w, r, user, added, err)
}

func (s *accountPages) makeDestination(r *http.Request, user schema.User) (schema.NoticeDestination, error) {
	channel, err := schema.ParseNoticeChannel(r.PostFormValue("channel"))
	if err != nil {
		return schema.NoticeDestination{}, err
	}
	return s.Classroom.Notices.Add(r.Context(), s.actor(r, user), classroom.NewDestination{Channel: channel, Address: r.PostFormValue("address")})
}

// chooseTopics changes the topics of an address. Without a topic it gets no notices.
func (s *accountPages) chooseTopics(w http.ResponseWriter, r *http.Request, user schema.User) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	topics := []schema.NoticeTopic{}
	if names := r.PostForm["topic"]; len(names) > 0 {
		if topics, err = schema.ParseNoticeTopics(names); err != nil {
			return s.renderNotices(w, r, user, schema.NoticeDestination{}, err)
		}
	}
	if _, err := s.Classroom.Notices.Choose(r.Context(), s.actor(r, user), "", id, topics); err != nil {
		return s.renderNotices(w, r, user, schema.NoticeDestination{}, err)
	}
	return done(w, r, "/-/notifications", "notice-topics")
}

// removeDestination removes an address, so it gets no more notices.
func (s *accountPages) removeDestination(w http.ResponseWriter, r *http.Request, user schema.User) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Notices.Remove(r.Context(), s.actor(r, user), "", id); err != nil {
		return s.renderNotices(w, r, user, schema.NoticeDestination{}, err)
	}
	return done(w, r, "/-/notifications", "notice-removed")
}

// serveConfirmation shows a button and changes nothing, because mail scanners open links.
func (s *accountPages) serveConfirmation(w http.ResponseWriter, r *http.Request) error {
	page := view.Confirmation{Frame: s.newFrame("Confirm an address", nil), Code: r.URL.Query().Get("code")}
	return s.render(w, http.StatusOK, "confirm-notices", &page)
}

// confirmDestination confirms the address that received the code.
func (s *accountPages) confirmDestination(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r, smallBody); err != nil {
		return err
	}
	page := view.Confirmation{Frame: s.newFrame("Confirm an address", nil), Code: strings.TrimSpace(r.PostFormValue("code"))}
	confirmed, owner, err := s.Classroom.Notices.Confirm(r.Context(), schema.Actor{Channel: schema.ChannelWeb}, page.Code)
	page.Address, page.Login = confirmed.Address, owner.Login
	return s.renderForm(w, r, "confirm-notices", &page.Frame, &page, err)
}

// serveUnsubscription shows a button and changes nothing, because mail scanners open links.
func (s *accountPages) serveUnsubscription(w http.ResponseWriter, r *http.Request) error {
	return s.renderUnsubscription(w, r, false)
}

func (s *accountPages) renderUnsubscription(w http.ResponseWriter, r *http.Request, stopped bool) error {
	return s.render(w, http.StatusOK, "unsubscribe", view.Unsubscription{
		Frame: s.newFrame("Unsubscribe", nil), Path: "/-/unsubscribe/" + url.PathEscape(r.PathValue("secret")), Done: stopped,
	})
}

// unsubscribe removes an address, for a person or for a mail program's one-click request (RFC
// 8058). The reply is the same if the address was removed before.
func (s *accountPages) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	_, err := s.Classroom.Notices.Unsubscribe(r.Context(), schema.ChannelWeb, r.PathValue("secret"))
	if err != nil && schema.CodeOf(err) != schema.CodeNotFound {
		return err
	}
	return s.renderUnsubscription(w, r, true)
}
