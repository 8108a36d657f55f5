// Submit→result latency under an open load: requests leave at their intended times whatever the answers do, and each
// latency counts from the intended time to the moment a read_committed consumer has the result.
//
//	latency -url http://127.0.0.1:8080 -results TOPIC -rate 1000 -seconds 20 -warm 5 -tails FILE
//
// FILE has what follows the user_id in a body, a line each (see benchtool preload). Prints one JSON line, milliseconds.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type run struct {
	url, prefix string
	tails       []string
	client      *http.Client
	intended    []time.Time
	accepted    []atomic.Int64 // nanoseconds from the intended time; 0: no 202
	scored      []atomic.Int64
	refused     atomic.Int64
}

func (r *run) submit(i int) {
	body := fmt.Sprintf(`{"user_id":"%s%d",%s`, r.prefix, i, r.tails[i%len(r.tails)])
	rs, err := r.client.Post(r.url+"/v1/submissions", "application/json", strings.NewReader(body))
	if err != nil {
		r.refused.Add(1)
		return
	}
	_, _ = io.Copy(io.Discard, rs.Body)
	_ = rs.Body.Close()
	if rs.StatusCode != http.StatusAccepted {
		r.refused.Add(1)
		return
	}
	r.accepted[i].Store(int64(time.Since(r.intended[i])))
}

// read notes the arrival of each result.
func (r *run) read(ctx context.Context, cl *kgo.Client) {
	mark := []byte(`"user_id":"` + r.prefix)
	for ctx.Err() == nil {
		fs := cl.PollFetches(ctx)
		now := time.Now()
		fs.EachRecord(func(rec *kgo.Record) {
			at := bytes.Index(rec.Value, mark)
			if at < 0 {
				return
			}
			digits := rec.Value[at+len(mark):]
			i, err := strconv.Atoi(string(digits[:bytes.IndexByte(digits, '"')]))
			if err == nil && i < len(r.intended) {
				r.scored[i].CompareAndSwap(0, int64(now.Sub(r.intended[i])))
			}
		})
	}
}

func (r *run) load() {
	var all sync.WaitGroup
	for i := range r.intended {
		time.Sleep(time.Until(r.intended[i]))
		all.Add(1)
		go func() {
			defer all.Done()
			r.submit(i)
		}()
	}
	all.Wait()
}

func milliseconds(of []atomic.Int64) (sorted []float64, missing int) {
	for i := range of {
		if v := of[i].Load(); v == 0 {
			missing++
		} else {
			sorted = append(sorted, float64(v)/1e6)
		}
	}
	sort.Float64s(sorted)
	return
}

func quantiles(of []atomic.Int64) map[string]any {
	sorted, missing := milliseconds(of)
	q := func(p float64) float64 {
		if len(sorted) == 0 {
			return -1
		}
		return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
	}
	return map[string]any{"p50": q(.5), "p90": q(.9), "p99": q(.99), "p999": q(.999), "max": q(1), "missing": missing}
}

func main() {
	url := flag.String("url", "http://127.0.0.1:8080", "the API")
	topic := flag.String("results", "test_results_ready", "topic of the results")
	rate := flag.Int("rate", 1000, "submissions a second")
	seconds := flag.Int("seconds", 20, "how long")
	warm := flag.Int("warm", 5, "seconds of the same load before, not counted")
	file := flag.String("tails", "", "bodies after the user_id, a line each")
	flag.Parse()
	text, err := os.ReadFile(*file)
	if err != nil {
		log.Fatal(err)
	}
	warmed := *warm * *rate
	n := warmed + *seconds**rate
	r := &run{
		url: *url, prefix: fmt.Sprintf("lat-%d-", os.Getpid()), tails: strings.Split(strings.TrimSpace(string(text)), "\n"),
		client:   &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1024, MaxIdleConns: 1024}},
		intended: make([]time.Time, n), accepted: make([]atomic.Int64, n), scored: make([]atomic.Int64, n),
	}
	begin := time.Now().Add(2 * time.Second)
	for i := range r.intended {
		r.intended[i] = begin.Add(time.Duration(i) * time.Second / time.Duration(*rate))
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(os.Getenv("KAFKA"), ",")...), kgo.ConsumeTopics(*topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	go r.read(ctx, cl)
	r.load()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, missing := milliseconds(r.scored); missing == 0 {
			break
		}
	}
	stop()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"rate": *rate, "n": n - warmed, "refused": r.refused.Load(),
		"accept": quantiles(r.accepted[warmed:]), "result": quantiles(r.scored[warmed:])})
}
