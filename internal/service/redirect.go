package service

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/certificate"
)

// startRedirect starts the plain HTTP server, which redirects to HTTPS and answers ACME challenges.
func (s *Service) startRedirect(ctx context.Context, _ *DataDir) error {
	if s.HTTP == "" {
		return nil
	}
	if s.TLS == (TLS{}) {
		return schema.Errorf(schema.CodeInvalid, "--http leads to HTTPS: give --tls-cert and --tls-key, or --acme, too")
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.HTTP)
	if err != nil {
		return fmt.Errorf("redirect to https: %w", err)
	}
	s.redirectAt = listener.Addr()
	handler := certificate.Redirect(s.WebURL)
	if s.challenges != nil {
		handler = s.challenges(handler)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	s.serve("redirect to https", server, listener)
	return nil
}
