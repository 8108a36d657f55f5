// Bytes received and not yet consumed, in one piece. Keeps its memory. Confined to its session.
#pragma once

#include <boost/asio/buffer.hpp>

#include <cstring>
#include <string_view>
#include <vector>

namespace gradesvc::http {

class input_buffer {
public:
    std::string_view view() const { return {storage_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    void consume(std::size_t size) {
        begin_ += size;
        if (begin_ == end_) begin_ = end_ = 0;
    }

    /// Room for `size` more bytes; those read into it count after commit(). Views end here.
    boost::asio::mutable_buffer prepare(std::size_t size) {
        if (storage_.size() - end_ < size) {
            std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
            if (storage_.size() - end_ < size) storage_.resize(end_ + size);
        }
        return {storage_.data() + end_, size};
    }
    void commit(std::size_t size) { end_ += size; }

private:
    std::vector<char> storage_ = std::vector<char>(8192);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace gradesvc::http
