#include "codec/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace gradesvc::codec {

std::string sha256_hex(std::string_view bytes) {
    static const EVP_MD* const algorithm = EVP_sha256();
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    std::string text;
    text.reserve(2 * std::size_t(size));
    for (unsigned int i = 0; i < size; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

} // namespace gradesvc::codec
