package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

const (
	// callTimeout bounds one call of a webhook.
	callTimeout = 20 * time.Second
	// maxAnswer bounds how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxPause bounds the pause that a receiver may ask for.
	maxPause = 24 * time.Hour
	// maxAge is the age of an entry up to which pauses are granted.
	maxAge = 7 * 24 * time.Hour
	// secretPrefix is the prefix of a webhook's secret.
	secretPrefix = "whsec_"
)

// Webhooks calls people's webhooks according to the Standard Webhooks specification
// (https://www.standardwebhooks.com). It is the sender of the outbox's kind schema.OutgoingWebhook.
type Webhooks struct {
	composer Composer
	site     func() string
	clock    func() time.Time
	client   *http.Client
}

// NewWebhooks returns the sender. site returns the root of the site. With private it also calls
// addresses that are not public.
func NewWebhooks(c Composer, site func() string, clock func() time.Time, private bool) *Webhooks {
	dialer := publicDialer()
	if private {
		dialer = &net.Dialer{Timeout: connectTimeout}
	}
	transport := &http.Transport{ // no proxy, because a proxy would dial instead of us
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTimeout, ResponseHeaderTimeout: callTimeout,
		MaxResponseHeaderBytes: maxAnswer, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}
	return &Webhooks{composer: c, site: site, clock: clock, client: &http.Client{
		Transport: transport, Timeout: callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call is the body of a call.
type call struct {
	Type string    `json:"type"` // the topic
	Time time.Time `json:"timestamp"`
	Data callData  `json:"data"`
}

// callData describes the event.
type callData struct {
	schema.NoticeMessage
	URL string `json:"url,omitempty"` // address of the page
}

// Send implements outbox.Sender.
func (w *Webhooks) Send(ctx context.Context, e schema.OutboxEntry) error {
	message, err := messageOf(ctx, w.composer, e)
	if err != nil {
		return err
	}
	is := call{Type: string(message.Topic), Time: e.MadeAt.UTC(), Data: callData{NoticeMessage: message}}
	if message.Page != "" {
		is.Data.URL = w.site() + message.Page
	}
	is.Data.Page = ""
	body, err := json.Marshal(is)
	if err != nil {
		return fmt.Errorf("write the call: %w", err)
	}
	return w.call(ctx, message.To, e, body)
}

// call makes one call and signs it with the time of this attempt.
func (w *Webhooks) call(ctx context.Context, to schema.NoticeDestination, e schema.OutboxEntry, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Address, bytes.NewReader(body))
	if err != nil {
		return schema.Wrapf(schema.CodeRefused, err, "the URL cannot be called: %s", err)
	}
	now := w.clock()
	at := strconv.FormatInt(now.Unix(), 10)
	signature, err := Sign(to.Secret, e.Token, at, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "grader")
	r.Header.Set("webhook-id", e.Token)
	r.Header.Set("webhook-timestamp", at)
	r.Header.Set("webhook-signature", signature)
	answer, err := w.client.Do(r)
	if refused := new(schema.Error); errors.As(err, &refused) {
		return schema.Wrapf(refused.Code, err, "%s", refused.Message)
	}
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "%s does not answer: %s", r.URL.Host, err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // the content of the answer does not matter
	return judge(answer, now, now.Sub(e.MadeAt))
}

// judge converts an answer to an error that the outbox understands. A pause that the receiver asks
// for is granted while the entry is younger than maxAge. After that the answers count as failures.
func judge(answer *http.Response, now time.Time, age time.Duration) error {
	host := answer.Request.URL.Host
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return schema.Errorf(schema.CodeRefused, "%s answers %s: it wants no more calls", host, answer.Status)
	case code >= 300 && code < 400:
		return schema.Errorf(schema.CodeUnavailable, "%s answers %s; redirections are not followed, so add the address that it leads to", host, answer.Status)
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 && age < maxAge {
			return &outbox.Later{Until: now.Add(min(time.Duration(seconds)*time.Second, maxPause)), Reason: host + " answers " + answer.Status}
		}
	}
	return schema.Errorf(schema.CodeUnavailable, "%s answers %s", host, answer.Status)
}

// Sign returns the header webhook-signature of a call. It is the HMAC-SHA-256 of the call's id, the
// time of the attempt (Unix seconds) and the body, joined by dots.
func Sign(secret, id, at string, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return "", schema.Errorf(schema.CodeRefused, "the secret of the webhook cannot be read; remove the webhook and add it again")
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, at) // writing to a hash never fails
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
