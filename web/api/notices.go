package api

import (
	"strconv"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// topicChoice holds the topics of an address for notices.
type topicChoice struct {
	Topics []string `json:"topics"` // absent: no notices
}

// noticeRoutes returns the routes for a person's own addresses for notices. None of them adds an
// address, because the address would outlast the token.
func (a *API) noticeRoutes() []route {
	return []route{
		list("/me/notifications", "listNotifications", "The person's addresses for notices", listDestinations, func(d tables.Destination) string { return strconv.FormatInt(d.ID, 10) }),
		send("PUT", "/me/notifications/{id}/topics", "chooseNotifications", "What an address gets notices about: verdict, regraded, extension, tests, pool", chooseTopics),
		act("DELETE", "/me/notifications/{id}", "removeNotifications", "Send no more notices to an address", removeDestination),
	}
}

func listDestinations(c *call) ([]tables.Destination, error) {
	all, err := c.Classroom.Notices.List(c.ctx(), c.by, "")
	return tables.PublicDestinations(all), err
}

func chooseTopics(c *call, n topicChoice) (tables.Destination, error) {
	id, err := c.id()
	if err != nil {
		return tables.Destination{}, err
	}
	topics := []schema.NoticeTopic{}
	if len(n.Topics) > 0 {
		if topics, err = schema.ParseNoticeTopics(n.Topics); err != nil {
			return tables.Destination{}, err
		}
	}
	changed, err := c.Classroom.Notices.Choose(c.ctx(), c.by, "", id, topics)
	return tables.PublicDestination(changed), err
}

func removeDestination(c *call) (tables.Destination, error) {
	id, err := c.id()
	if err != nil {
		return tables.Destination{}, err
	}
	removed, err := c.Classroom.Notices.Remove(c.ctx(), c.by, "", id)
	return tables.PublicDestination(removed), err
}
