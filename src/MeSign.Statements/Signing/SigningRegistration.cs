using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

internal static class SigningRegistration
{
    /// <summary>CMS signatures and timestamps; settings in <c>MeSign:Timestamps</c> and <c>MeSign:Revocation</c>.</summary>
    public static IServiceCollection AddSigning(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<TimestampOptions>, TimestampOptionsValidator>();
        services.AddSingleton<IValidateOptions<TimestampOptions>, TimestampFilesValidator>();
        services.AddOptionsWithValidateOnStart<TimestampOptions>().BindConfiguration(TimestampOptions.Section);
        services.AddSingleton<TimestampMetrics>();
        services.AddSingleton(provider => new TimestampClient(
            provider.GetRequiredService<IOptions<TimestampOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TimestampClient>>(),
            provider.GetRequiredService<TimestampMetrics>(),
            provider.GetRequiredService<ConfiguredCrls>()));
        services.AddSingleton<CmsSigner>();
        services.AddRevocation();
        return services;
    }

    private static void AddRevocation(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<RevocationOptions>, RevocationOptionsValidator>();
        services.AddSingleton<IValidateOptions<RevocationOptions>, RevocationFilesValidator>();
        services.AddOptionsWithValidateOnStart<RevocationOptions>().BindConfiguration(RevocationOptions.Section);
        services.AddSingleton<ConfiguredCrls>();
        services.AddSingleton<RevocationMetrics>();
        services.AddSingleton<RevocationTransport>();
        services.AddSingleton<RevocationSource>();
        services.AddSingleton(provider => new ValidationMaterialSource(provider.GetRequiredService<RevocationSource>()));
    }
}
