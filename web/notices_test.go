package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// notice returns the only waiting notice in the outbox.
func (s *realSite) notice() schema.Notice {
	s.t.Helper()
	all := must[[]schema.OutboxEntry](s.t)(s.ledger.Outbox(s.t.Context(), 10))
	var n schema.Notice
	if len(all) != 1 || json.Unmarshal(all[0].Body, &n) != nil {
		s.t.Fatalf("%d entries wait", len(all))
	}
	return n
}

// TestNotificationsPage adds, confirms, changes and removes an address with the forms of the page.
func TestNotificationsPage(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	alice := s.signIn("alice")
	mustContain(t, alice.page("/-/notifications").text("main"), "You have no addresses for notices.")
	got := alice.submit("/-/notifications", url.Values{"channel": {"email"}, "address": {"nobody"}})
	if got.status != http.StatusUnprocessableEntity && got.status != http.StatusBadRequest {
		t.Errorf("status %d", got.status)
	}
	mustContain(t, parsePage(t, got.body).text("main"), "write one such as alice@example.org")
	got = alice.submit("/-/notifications", url.Values{"channel": {"webhook"}, "address": {"https://example.org/<script>"}})
	added := parsePage(t, got.body)
	mustContain(t, added.text("main"), "A code is being sent to https://example.org/", "whsec_", "not shown again")
	if strings.Contains(got.body, "<script>") {
		t.Error("the address is not escaped")
	}
	if page := alice.get("/-/notifications").body; strings.Contains(page, "whsec_") || !strings.Contains(page, "Not confirmed") {
		t.Errorf("the secret is shown again, or the state is missing: %s", page)
	}
	notice := s.notice()
	link := must[schema.NoticeMessage](t)(composedNotice(s, notice)).Page
	mustContain(t, s.visitor().page(link).text("main"), "A code was sent to this address") // opening the link confirms nothing
	mustContain(t, alice.page("/-/notifications").text("main"), "Not confirmed")
	mustContain(t, parsePage(t, s.visitor().submit("/-/notifications/confirm", url.Values{"code": {"0000"}}).body).text("main"), "That code is unknown, was used or has expired")
	mustContain(t, parsePage(t, s.visitor().submit("/-/notifications/confirm", url.Values{"code": {notice.Code}}).body).text("main"), "gets the notices of alice from now on")

	mustContain(t, alice.allowed("/-/notifications/1/topics", url.Values{"topic": {"regraded"}}).text(".done"), "The topics are saved.")
	page := alice.page("/-/notifications")
	if checked := page.all(`input[name=topic][checked]`); len(checked) != 1 {
		t.Errorf("%d topics are chosen, want 1", len(checked))
	}
	mustContain(t, alice.allowed("/-/notifications/1/topics", url.Values{}).text(".done"), "The topics are saved.")
	if checked := alice.page("/-/notifications").all(`input[name=topic][checked]`); len(checked) != 0 {
		t.Errorf("%d topics are chosen, want none", len(checked))
	}
	if got := s.signIn("bob").submit("/-/notifications/1/remove", nil); got.status != http.StatusNotFound {
		t.Errorf("bob removes it: %d", got.status)
	}
	mustContain(t, alice.allowed("/-/notifications/1/remove", nil).text("main"), "You have no addresses for notices.")
}

func composedNotice(s *realSite, n schema.Notice) (schema.NoticeMessage, error) {
	m, _, err := s.server.Classroom.Notices.Message(s.t.Context(), n)
	return m, err
}

// TestOneClickUnsubscribe sends the request of a mail program: no cookie, no origin, and the body of
// RFC 8058.
func TestOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1)
	alice := s.signIn("alice")
	alice.submit("/-/notifications", url.Values{"channel": {"email"}, "address": {"alice@example.org"}})
	secret := must[schema.NoticeMessage](t)(composedNotice(s, s.notice())).To.Unsubscribe
	path := "/-/unsubscribe/" + secret
	mustContain(t, s.visitor().page(path).text("main"), "Press the button")
	mustContain(t, alice.page("/-/notifications").text("main"), "alice@example.org") // opening the link removes nothing
	for range 2 {                                                                    // a repetition gets the same reply
		resp, err := http.Post(s.base()+path, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", resp.StatusCode)
		}
	}
	mustContain(t, alice.page("/-/notifications").text("main"), "You have no addresses for notices.")
}

// TestNotificationsOfAServerWithoutMail checks that the page says so and offers no form.
func TestNotificationsOfAServerWithoutMail(t *testing.T) {
	t.Parallel()
	s := newRealSite(t, specA1, func(server *web.Server) {
		store := server.Sessions.(actions.Store)
		server.Classroom = actions.New(actions.Options{Store: store})
	})
	page := s.signIn("alice").page("/-/notifications")
	mustContain(t, page.text("main"), "This server sends no e-mail", "This server calls no webhooks")
	if forms := page.all("select[name=channel]"); len(forms) != 0 {
		t.Error("there is a form")
	}
}

// subscribed gives a person two addresses for notices, one of them confirmed.
func (s *realSite) subscribed(login string) {
	s.t.Helper()
	notices := s.server.Classroom.Notices
	by := schema.Actor{User: must[schema.User](s.t)(s.ledger.UserByLogin(s.t.Context(), login)), Channel: schema.ChannelWeb}
	must[schema.NoticeDestination](s.t)(notices.Add(s.t.Context(), by, actions.NewDestination{Channel: schema.NoticeMail, Address: login + "@example.org"}))
	if _, _, err := notices.Confirm(s.t.Context(), by, s.notice().Code); err != nil {
		s.t.Fatal(err)
	}
	must[schema.NoticeDestination](s.t)(notices.Add(s.t.Context(), by, actions.NewDestination{Channel: schema.NoticeWebhook, Address: "https://example.org/a/rather/long/path/of/a/webhook/that/must/not/widen/the/page?key=0123456789abcdef"}))
}
