package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// pace produces n submissions, rate a second or at once, of distinct users or of one.
func pace(ctx context.Context, cl *kgo.Client, topic string, n, rate int, tails []string, user string) {
	var bad error
	begin := time.Now()
	for i := 0; i < n; i++ {
		if rate > 0 {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		}
		who := user
		if who == "" {
			who = fmt.Sprintf("p-%08d", i)
		}
		value := fmt.Sprintf(`{"user_id":"%s",%s`, who, tails[i%len(tails)])
		cl.Produce(ctx, &kgo.Record{Topic: topic, Key: []byte(who), Value: []byte(value)}, func(_ *kgo.Record, err error) {
			if err != nil {
				bad = err
			}
		})
	}
	must(cl.Flush(ctx))
	must(bad)
}

// watch writes a line for each arrival: unix time, partition, records that came, and how many of them came before already.
// It ends when n distinct submissions are in, or after limit.
func watch(ctx context.Context, cl *kgo.Client, n int, limit time.Duration) {
	seen := map[string]bool{}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for len(seen) < n && ctx.Err() == nil {
		fs := cl.PollFetches(ctx)
		now := float64(time.Now().UnixNano()) / 1e9
		fs.EachPartition(func(p kgo.FetchTopicPartition) {
			doubled := 0
			for _, r := range p.Records {
				id := member(r.Value, "submission_id")
				if seen[id] {
					doubled++
				}
				seen[id] = true
			}
			if len(p.Records) > 0 {
				fmt.Fprintf(os.Stdout, "%.6f %d %d %d\n", now, p.Partition, len(p.Records), doubled)
			}
		})
	}
}
