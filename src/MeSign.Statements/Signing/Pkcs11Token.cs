using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace MeSign.Statements.Signing;

/// <summary>One token of a PKCS#11 module with its sessions: each does one operation at a time, several work side by side.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token stays open as long as the process.")]
internal sealed class Pkcs11Token
{
    // Beyond that most devices queue inside; what waits here at least holds no thread.
    private const int MaxSessions = 16;

    private static readonly ConcurrentDictionary<(string Module, string Label), Pkcs11Token> Tokens = new();

    private readonly SemaphoreSlim _room = new(MaxSessions, MaxSessions);
    private readonly ConcurrentBag<ISession> _idle = [];
    private readonly Lock _opening = new();
    private readonly string _module;

    private Pkcs11Token(string module, string label)
    {
        _module = module;
        Label = label;
    }

    public string Label { get; }

    /// <param name="module">Path of the vendor's library.</param>
    /// <param name="label">The token's CKA_LABEL, as its initialisation named it.</param>
    public static Pkcs11Token Find(string module, string label) => Tokens.GetOrAdd((module, label), key => new(key.Module, key.Label));

    /// <summary>Runs one operation in a session that is logged in. A session that fails is not used again.</summary>
    /// <exception cref="Pkcs11Exception">The device's answer.</exception>
    /// <exception cref="InvalidDataException">There is no such module or token.</exception>
    public async Task<T> UseAsync<T>(string pin, Func<ISession, T> operation, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            // The call blocks until a device, perhaps far away, has answered.
            return await Task.Run(() => Use(pin, operation), cancellationToken);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <inheritdoc cref="UseAsync{T}"/>
    public T Use<T>(string pin, Func<ISession, T> operation)
    {
        var session = _idle.TryTake(out var waiting) ? waiting : Open(pin);
        try
        {
            var result = operation(session);
            _idle.Add(session);
            return result;
        }
        catch (Pkcs11Exception)
        {
            // Whatever happened to it most likely happened to the others.
            Close(session);
            while (_idle.TryTake(out var other))
                Close(other);
            throw;
        }
    }

    private ISession Open(string pin)
    {
        lock (_opening)
        {
            var slot = Pkcs11Modules.Load(_module).GetSlotList(SlotsType.WithTokenPresent).Find(slot => slot.GetTokenInfo().Label == Label)
                ?? throw new InvalidDataException($"The PKCS#11 module {_module} has no token \"{Label}\": name one that its own tool lists.");
            var session = slot.OpenSession(SessionType.ReadOnly);
            try
            {
                session.Login(CKU.CKU_USER, pin);
            }
            catch (Pkcs11Exception e) when (e.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
            {
                // The login counts for the whole process.
            }
            catch (Pkcs11Exception)
            {
                Close(session);
                throw;
            }

            return session;
        }
    }

    private static void Close(ISession session)
    {
        try
        {
            session.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // It is gone already.
        }
    }
}
