package web

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/grader/grader/schema"
)

// contentPolicy lets a page load the site's own style, script and icon and connect to the site. It
// forbids everything else, such as inline code, frames, plug-ins and other hosts.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// smallBody bounds the body of a request in bytes, unless its route has another bound.
const smallBody = 4 << 10

// protected adds the protections of all responses: headers, the check of a form's origin, and
// compression.
func (s *Server) protected(next http.Handler) http.Handler {
	forms := http.NewCrossOriginProtection()
	if origin := originOf(s.PublicURL); origin != "" {
		// A reverse proxy may rewrite Host, but the browser's Origin is still the public one.
		if err := forms.AddTrustedOrigin(origin); err != nil {
			s.logger().Warn("public address is not an origin", "url", s.PublicURL, "error", err)
		}
	}
	forms.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.site.fail(w, r, schema.Errorf(schema.CodeForbidden, "this form was sent from another site, so it was not acted on"))
	}))
	guarded := new(squeezer).handler(forms.Handler(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.setHeaders(w.Header())
		guarded.ServeHTTP(w, r)
	})
}

func (s *Server) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// originOf returns the scheme://host part of an address, or "" if it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// clientAddress returns the address that a request came from. It trusts X-Forwarded-For only from a
// proxy on this machine.
func clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if forwarded := r.Header.Values("X-Forwarded-For"); isLoopback(host) && len(forwarded) > 0 {
		hops := strings.Split(forwarded[len(forwarded)-1], ",")
		return strings.TrimSpace(hops[len(hops)-1])
	}
	return host
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// loopbackOnly serves a handler only to processes on this machine. It refuses requests that a proxy
// forwards.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil || !isLoopback(host) || forwarded(r.Header) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func forwarded(h http.Header) bool {
	return h.Get("Forwarded") != "" || h.Get("X-Forwarded-For") != "" || h.Get("X-Real-Ip") != "" || h.Get("Via") != ""
}
