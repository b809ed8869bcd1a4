using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Sealing;

/// <summary>
/// Keys of the recipients seen lately. Two generations: when the young one is full it becomes the old one, and what was
/// in the old one and not asked for since is forgotten.
/// </summary>
internal sealed class RecipientKeyCache(IOptions<SealingOptions> options)
{
    private readonly int _generationSize = Math.Max(1, options.Value.CachedRecipients / 2);
    private volatile ConcurrentDictionary<string, RecipientKey> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, RecipientKey> _old = new(StringComparer.Ordinal);

    /// <exception cref="CryptographicException">The certificate's key must not be used for encryption.</exception>
    public RecipientKey Get(X509Certificate2 certificate)
    {
        var id = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        if (_young.TryGetValue(id, out var key))
            return key;
        if (!_old.TryGetValue(id, out key))
            key = RecipientKey.Read(certificate);

        if (_young.Count >= _generationSize)
        {
            _old = _young;
            _young = new(StringComparer.Ordinal);
        }
        return _young.GetOrAdd(id, key);
    }
}
