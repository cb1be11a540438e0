package tables

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/grader/grader/schema"
)

// Destination is the JSON form of an address for notices.
type Destination struct {
	ID          int64                `json:"id"`
	Channel     schema.NoticeChannel `json:"channel"`
	Address     string               `json:"address"`
	Topics      []schema.NoticeTopic `json:"topics"`
	Secret      string               `json:"secret,omitempty"` // secret of a webhook that was just added
	AddedAt     time.Time            `json:"added_at"`
	ConfirmedAt time.Time            `json:"confirmed_at,omitzero"`
}

// PublicDestination returns the JSON form of an address for notices, without its secrets.
func PublicDestination(d schema.NoticeDestination) Destination {
	return Destination{ID: d.ID, Channel: d.Channel, Address: d.Address, Topics: d.Topics, AddedAt: d.MadeAt, ConfirmedAt: d.ConfirmedAt}
}

// PublicDestinations returns the JSON form of addresses for notices.
func PublicDestinations(all []schema.NoticeDestination) []Destination {
	shown := make([]Destination, 0, len(all))
	for _, d := range all {
		shown = append(shown, PublicDestination(d))
	}
	return shown
}

// DestinationAdded writes what to do with a new address for notices, and the secret of a
// webhook.
func (w Writer) DestinationAdded(d schema.NoticeDestination) error {
	shown := PublicDestination(d)
	shown.Secret = d.Secret
	if w.JSON {
		return JSON(w.Out, shown)
	}
	if d.Secret != "" {
		fmt.Fprintln(w.Out, d.Secret)
		fmt.Fprintln(w.Note, "Check the signature of each call with this secret. It is not shown again.")
	}
	_, err := fmt.Fprintf(w.Note, "A code is being sent to %s. To get notices there: %s notify confirm CODE\n", d.Address, w.Command)
	return err
}

// Destinations writes addresses for notices without their secrets.
func (w Writer) Destinations(all []schema.NoticeDestination) error {
	return w.write(PublicDestinations(all), func(out io.Writer) {
		if len(all) == 0 {
			fmt.Fprintln(out, "no address for notices")
		}
		tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, d := range all {
			state := "confirmed"
			if !d.Confirmed() {
				state = "not confirmed"
			}
			fmt.Fprintf(tab, "%d\t%s\t%s\t%s\t%s\n", d.ID, d.Channel, schema.Sanitize(d.Address), state, topicWords(d.Topics))
		}
		_ = tab.Flush() // the reader may be gone
	})
}

// DestinationConfirmed writes that an address gets notices from now on.
func (w Writer) DestinationConfirmed(d schema.NoticeDestination) error {
	return w.Line(PublicDestination(d), "%s gets notices about: %s", schema.Sanitize(d.Address), topicWords(d.Topics))
}

// DestinationRemoved writes that an address gets no more notices.
func (w Writer) DestinationRemoved(d schema.NoticeDestination) error {
	return w.Line(PublicDestination(d), "%s gets no more notices", schema.Sanitize(d.Address))
}

func topicWords(topics []schema.NoticeTopic) string {
	words := make([]string, 0, len(topics))
	for _, t := range topics {
		words = append(words, string(t))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
