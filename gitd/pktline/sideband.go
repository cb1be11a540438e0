package pktline

import "io"

// These are the bands of side-band-64k.
const (
	BandData     = 1 // the report
	BandProgress = 2 // what the client prints as "remote: …"
	BandFatal    = 3
)

// Keepalive is an empty packet of data, which a client ignores.
const Keepalive = "0005\x01"

const maxBand = MaxPayload - 1

// Sideband writes side-band-64k packets. It is not safe for concurrent use.
type Sideband struct {
	w   io.Writer
	buf []byte
}

// NewSideband returns a Sideband that writes to w.
func NewSideband(w io.Writer) *Sideband { return &Sideband{w: w} }

// Write sends p on a band in as many packets as needed. It makes one call to the writer for each
// packet.
func (s *Sideband) Write(band byte, p []byte) error {
	for len(p) > 0 {
		n := min(len(p), maxBand)
		s.buf = append(appendLength(s.buf[:0], n+5), band)
		s.buf = append(s.buf, p[:n]...)
		if _, err := s.w.Write(s.buf); err != nil {
			return err
		}
		p = p[n:]
	}
	if cap(s.buf) > 4096 {
		s.buf = nil // a session waits for a long time, so it frees the memory of a report
	}
	return nil
}

// Keepalive sends an empty packet, so that the client and devices on the way keep the connection.
func (s *Sideband) Keepalive() error {
	_, err := io.WriteString(s.w, Keepalive)
	return err
}

// Close sends the flush that ends the stream. It does not close the writer.
func (s *Sideband) Close() error {
	_, err := io.WriteString(s.w, Flush)
	return err
}
